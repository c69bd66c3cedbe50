"""Everything that can happen to applications and seats, in any order: after each step the promises hold.

A model-based test. Hypothesis drives a cohort by selection and a first-come cohort through the operations that
pages and the clock use, and shrinks what breaks to the shortest way there. The normal run takes some hundred
steps; `SELECTION_EXAMPLES=2000 SELECTION_STEPS=80` make it longer; `SELECTION_SHRINKS=no` shows what breaks
as it came.
"""

import os
import re
from collections import Counter
from copy import copy
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from portal import clock, mail
from portal.errors import Refused
from portal.management.commands import run_due
from portal.models import MailStatus, OutgoingMail
from programs.models.applications import (
    NEXT,
    REOPENABLE,
    WITHDRAWABLE,
    Application,
    ApplicationStatus,
    Decision,
    Offer,
    Outcome,
    StateChange,
)
from programs.models.cohorts import Cohort, answer_time
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.selection import Release, ReleaseItem, SeatReservation
from programs.operations import applications, cohorts, decisions, drafts, releases, review, seats
from programs.seating import seats as count_seats
from tests import make

S = ApplicationStatus
EXAMPLES = int(os.environ.get("SELECTION_EXAMPLES", "0"))  # at random; without it always the same ones
STEPS = int(os.environ.get("SELECTION_STEPS", "40"))
SHRINKS = os.environ.get("SELECTION_SHRINKS", "yes") == "yes"  # which takes minutes
USUAL = 5
CHECKED = set(mail._still_wanted)  # the mails that are dropped when their reason is gone
PEOPLE = 6
RESULTS = (S.OFFERED, S.WAITLISTED, S.REJECTED)
TOLD = {  # the mail that a move makes; the mail of an offer belongs to its Offer
    S.CHANGES_REQUESTED: "changes_requested",
    S.WAITLISTED: "waitlisted",
    S.CONFIRMED: "confirmed",
    S.DECLINED: "declined",
    S.EXPIRED: "offer_expired",
    S.RESCINDED: "rescinded",
    S.CANCELLED: "cancelled",
    S.REJECTED: "rejected",
    S.WITHDRAWN: "withdrawn",
    S.CLOSED_OUT: "waitlist_closed",
}
MEANT = {Outcome.OFFER: S.OFFERED, Outcome.WAITLIST: S.WAITLISTED, Outcome.REJECT: S.REJECTED}
REMINDERS = {"offer_expiring", "changes_reminder", "draft_reminder_1", "draft_reminder_3"}
CLOCK = [
    step for step in run_due.STEPS if step.__module__.startswith("programs.") and "forget" not in step.__name__
]
reached = Counter()

number = st.integers(0, 11)
wild = st.integers(0, 9).map(lambda n: n == 0)  # one time in ten whatever is there, fitting or not


def where(*statuses):
    """Only where an application stands in one of these, so that steps lead somewhere."""
    return precondition(lambda self: any(row.status in statuses for row in self.there.rows))


class There:
    """Everything that is there after a step, read once."""

    def __init__(self, cohorts):
        found = Cohort.objects.select_related("program").in_bulk([cohort.pk for cohort in cohorts])
        self.cohorts = [found[cohort.pk] for cohort in cohorts]
        self.rows = list(Application.objects.order_by("pk").select_related("applicant"))
        for row in self.rows:
            row.cohort = found[row.cohort_id]
        self.changes = list(StateChange.objects.order_by("pk"))
        self.offers = list(Offer.objects.order_by("pk"))
        self.decisions = list(Decision.objects.order_by("pk"))
        self.items = list(ReleaseItem.objects.select_related("release__round", "decision").order_by("pk"))
        self.enrolments = list(Enrolment.objects.order_by("pk"))
        self.mails = list(OutgoingMail.objects.defer("body").order_by("pk"))

    @property
    def key(self):
        """What a refusal leaves alone."""
        held = [(row.pk, row.status, row.waitlist_number, row.answer_by, row.round_number) for row in self.rows]
        written = [(row.revision, row.sent_revision) for row in self.rows]
        counts = [len(rows) for rows in (self.changes, self.offers, self.decisions)]
        done = [(item.pk, item.done_at) for item in self.items]
        states = [(row.pk, row.status) for row in (*self.enrolments, *self.mails)]
        dates = [(row.capacity, row.announce_at, row.released_at, row.cancelled_at) for row in self.cohorts]
        return held, written, counts, done, states, dates

    def of(self, rows):
        """Some of the rows, by their application."""
        found = {}
        for row in rows:
            found.setdefault(row.application_id, []).append(row)
        return found


class Selection(RuleBasedStateMachine):
    """Two cohorts, six people, staff, and a clock that only goes on."""

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        settings.DEMO_NOW = self.began_at = make.clock.now()
        self.staff = make.make_admin()
        self.people = [make.make_user() for _ in range(PEOPLE)]
        dates = {
            "opens_at": self.began_at - timedelta(days=1),
            "closes_at": self.began_at + timedelta(days=2),
            "starts_at": self.began_at + timedelta(days=10),
            "ends_at": self.began_at + timedelta(days=12),
        }
        announce_at = self.began_at + timedelta(days=4)
        self.reviewed = make.make_cohort(capacity=3, **dates, announce_at=announce_at)
        self.partner = make.make_organization()
        self.kept_until = self.began_at + timedelta(days=7)
        SeatReservation.objects.create(
            cohort=self.reviewed, organization=self.partner, seats=1, until=self.kept_until
        )
        self.first_come = make.make_cohort(
            capacity=2, registration_mode="first_come", promote_until=self.began_at + timedelta(days=9), **dates
        )
        self.known = None
        for cohort in (self.reviewed, self.first_come):
            for person in self.people:
                make.make_consents(person, cohort)
        self.steps = 0
        self.promoted_before = set()
        self.portion, releases.PORTION = releases.PORTION, 2

    def teardown(self):
        """Leave no row behind, and the clock as it was."""
        reached.update(StateChange.objects.values_list("from_status", "to_status"))
        settings.DEMO_NOW, releases.PORTION = None, self.portion
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(
        applied=st.lists(st.tuples(st.sampled_from([0, 0, 1]), number), min_size=5, max_size=12),
        stage=st.sampled_from(["open", "in review", "released", "released"]),
        has_rounds=st.booleans(),
        answers=st.lists(st.sampled_from(["confirm", "decline", "run out", "wait"]), min_size=3, max_size=3),
    )
    def somewhere_on_the_way(self, applied, stage, has_rounds, answers):
        """Begin where some have applied already, are under review, or know their result; in one round or two."""
        if has_rounds:
            due = [self.reviewed.closes_at + timedelta(hours=hours) for hours in (6, 24)]
            for number, due_at in enumerate(due, start=1):
                at = due_at if number == 1 else None
                make.make_round(self.reviewed, number=number, criteria=(), due_at=due_at, announce_at=at)
        for which, n in applied:
            self.apply(which, n)
        if stage != "open":
            settings.DEMO_NOW = self.reviewed.closes_at + timedelta(hours=6 if has_rounds else 0)
            self.start_review(set(range(PEOPLE)), wild=False)
        if stage == "released" and has_rounds:
            self.pass_the_first_round(list(range(PEOPLE)))
        elif stage == "released":
            self.stage_in_order(list(range(PEOPLE)))
            self.release()
            for answer in answers:
                self.answer(answer)

    def answer(self, answer):
        """What the first one who has an offer makes of it."""
        if answer == "confirm":
            self.confirm(0, wild=False)
        elif answer == "decline":
            self.decline(0, wild=False)
        elif answer == "run out":
            self.wait_for_what_comes(0, before=False)
            self.tick()

    # --- how a deed is done ---------------------------------------------------------------------------------------

    def do(self, deed):
        """Do it; a refusal is an answer, and leaves everything as it was. Returns whether it was done."""
        self.steps += 1
        before = self.there.key
        try:
            deed()
        except Refused:
            self.known = None
            assert self.there.key == before
            return False
        finally:
            self.known = None
        return True

    @property
    def there(self):
        """What is there, read again after each deed."""
        if self.known is None:
            self.known = There([self.reviewed, self.first_come])
            self.reviewed, self.first_come = self.known.cohorts
        return self.known

    def nominate(self, person):
        """What staff write down of the first two people: a partner has named them."""
        if person in self.people[:2]:
            Application.objects.filter(applicant=person, cohort=self.reviewed).update(nominated_by=self.partner)
            self.known = None

    def pick(self, n, statuses, wild):
        """One of the applications that fit, by number; of all of them where `wild`. None where there is none."""
        rows = [row for row in self.there.rows if wild or row.status in statuses]
        return copy(rows[n % len(rows)]) if rows else None

    # --- the applicant --------------------------------------------------------------------------------------------

    @rule(which=st.sampled_from([0, 0, 1]), n=number)
    def begin(self, which, n):
        cohort, person = self.there.cohorts[which], self.people[n % PEOPLE]
        self.do(lambda: applications.start_application(cohort.pk, by=person))
        self.nominate(person)

    @where(S.DRAFT, S.SUBMITTED, S.CHANGES_REQUESTED)
    @rule(n=number, text=st.sampled_from(["지원합니다.", "다시 씁니다.", ""]), wild=wild)
    def write(self, n, text, wild):
        found = self.pick(n, (S.DRAFT, S.SUBMITTED, S.CHANGES_REQUESTED), wild)
        if found:
            self.do(lambda: drafts.save_draft(found, typed={"motivation": text}))

    @where(S.DRAFT, S.CHANGES_REQUESTED)
    @rule(n=number, wild=wild)
    def submit(self, n, wild):
        found = self.pick(n, (S.DRAFT, S.CHANGES_REQUESTED), wild)
        if found:
            self.do(lambda: applications.submit_application(found.pk, by=found.applicant))

    @rule(which=st.sampled_from([0, 0, 1]), n=number)
    def apply(self, which, n):
        """Begin, write and send in one go."""
        cohort, person = self.there.cohorts[which], self.people[n % PEOPLE]

        def deed():
            draft = applications.start_application(cohort.pk, by=person)
            drafts.save_draft(draft, typed={"motivation": "지원합니다."})
            applications.submit_application(draft.pk, by=person)

        self.do(transaction.atomic()(deed))
        self.nominate(person)

    @where(S.DRAFT, S.SUBMITTED)
    @rule(n=number, wild=wild)
    def discard(self, n, wild):
        found = self.pick(n, (S.DRAFT, S.SUBMITTED), wild)
        if found and found.status == S.DRAFT:
            self.do(lambda: applications.discard_draft(found.pk, by=found.applicant))
        elif found:
            self.do(lambda: applications.discard_changes(found.pk, by=found.applicant))

    @where(*WITHDRAWABLE)
    @rule(n=number, wild=wild)
    def withdraw(self, n, wild):
        found = self.pick(n, WITHDRAWABLE, wild)
        if found:
            done = self.do(lambda: applications.withdraw_application(found.pk, by=found.applicant))
            assert done == (found.status in (*WITHDRAWABLE, S.WITHDRAWN))

    @where(S.OFFERED)
    @rule(n=number, wild=wild)
    def confirm(self, n, wild):
        found = self.pick(n, (S.OFFERED,), wild)
        if found:
            done = self.do(lambda: seats.confirm_offer(found.pk, by=found.applicant))
            running = found.status == S.OFFERED and found.answer_by > clock.now()
            assert done == (running or found.status == S.CONFIRMED)

    @where(S.OFFERED)
    @rule(n=number, wild=wild)
    def decline(self, n, wild):
        found = self.pick(n, (S.OFFERED,), wild)
        if found:
            done = self.do(lambda: seats.decline_offer(found.pk, by=found.applicant))
            assert done == (found.status in (S.OFFERED, S.DECLINED))

    @where(S.CONFIRMED)
    @rule(n=number, wild=wild, by_staff=st.booleans())
    def cancel(self, n, wild, by_staff):
        found = self.pick(n, (S.CONFIRMED,), wild)
        if found:
            by, reason = (self.staff, "사정") if by_staff else (found.applicant, "")
            self.do(lambda: seats.cancel_place(found.pk, by=by, reason=reason))

    # --- staff ----------------------------------------------------------------------------------------------------

    @where(S.SUBMITTED)
    @rule(ns=st.sets(number, min_size=1), wild=wild)
    def start_review(self, ns, wild):
        found = {row.pk for row in (self.pick(n, (S.SUBMITTED,), wild) for n in ns) if row}
        self.do(lambda: review.start_review(sorted(found), by=self.staff))

    @where(S.IN_REVIEW)
    @rule(n=number, wild=wild, hours=st.sampled_from([1, 30, 200]))
    def request_changes(self, n, wild, hours):
        found = self.pick(n, (S.IN_REVIEW,), wild)
        if found:
            until = clock.now() + timedelta(hours=hours)
            self.do(lambda: review.request_changes(found.pk, by=self.staff, note="서류", until=until))

    @where(S.SUBMITTED, S.CHANGES_REQUESTED)
    @rule(n=number, wild=wild)
    def reject_ineligible(self, n, wild):
        found = self.pick(n, (S.SUBMITTED, S.CHANGES_REQUESTED), wild)
        if found:
            self.do(lambda: review.reject_ineligible(found.pk, by=self.staff))

    @where(S.IN_REVIEW)
    @rule(ns=st.lists(number, min_size=1, unique=True), wild=wild, outcome=st.sampled_from(Outcome))
    def stage(self, ns, wild, outcome):
        found = [row.pk for row in (self.pick(n, (S.IN_REVIEW,), wild) for n in ns) if row]
        code = "score" if outcome == Outcome.REJECT else ""
        ids = list(dict.fromkeys(found))
        self.do(lambda: decisions.stage_decisions(ids, outcome, by=self.staff, reason_code=code))

    @where(S.IN_REVIEW)
    @rule(ns=st.lists(number, min_size=3, unique=True))
    def stage_in_order(self, ns):
        """The first ones get the free seats, the next ones wait, the last one is rejected."""
        rows = [self.pick(n, (S.IN_REVIEW,), wild=False) for n in ns]
        ids = list(dict.fromkeys(row.pk for row in rows if row))
        free = count_seats(self.reviewed, clock.now()).free
        chosen, rest = ids[:free], ids[free:]
        for outcome, some in ((Outcome.OFFER, chosen), (Outcome.WAITLIST, rest[:-1]), (Outcome.REJECT, rest[-1:])):
            code = "score" if outcome == Outcome.REJECT else ""
            self.do(lambda a=some, b=outcome, c=code: decisions.stage_decisions(a, b, by=self.staff, reason_code=c))

    @where(S.IN_REVIEW)
    @rule()
    def release(self):
        self.do(lambda: releases.release_decisions(self.reviewed.pk, by=self.staff))

    @where(S.IN_REVIEW)
    @rule(ns=st.lists(number, min_size=1, unique=True))
    def pass_the_first_round(self, ns):
        """The chosen advance, and the results of the round are out."""
        self.stage(ns, wild=False, outcome=Outcome.ADVANCE)
        self.release()

    @where(S.IN_REVIEW)
    @rule()
    def begin_release(self):
        """What is staged is frozen; the worker has not come to it yet."""
        self.do(lambda: releases.start_release(self.reviewed.pk, by=self.staff))

    @precondition(lambda self: any(item.release.finished_at is None for item in self.there.items))
    @rule()
    def carry_portion(self):
        self.do(lambda: releases.carry_portion(Release.objects.get(finished_at=None).pk))

    @where(S.WAITLISTED, *REOPENABLE)
    @rule(n=number, wild=wild, reason=st.sampled_from(["", "사유"]))
    def offer(self, n, wild, reason):
        found = self.pick(n, (S.WAITLISTED, *REOPENABLE), wild)
        if found:
            self.do(lambda: seats.offer_seat(found.pk, by=self.staff, reason=reason))

    @where(S.OFFERED)
    @rule(n=number, wild=wild)
    def rescind(self, n, wild):
        found = self.pick(n, (S.OFFERED,), wild)
        if found:
            done = self.do(lambda: seats.rescind_offer(found.pk, by=self.staff, reason="자격"))
            assert done == (found.status == S.OFFERED)

    @where(*REOPENABLE)
    @rule(n=number, wild=wild)
    def reopen(self, n, wild):
        found = self.pick(n, REOPENABLE, wild)
        if found:
            self.do(lambda: review.reopen_application(found.pk, by=self.staff, reason="재심"))

    @rule(which=st.integers(0, 1), capacity=st.integers(0, 4))
    def capacity(self, which, capacity):
        cohort = self.there.cohorts[which]
        before, held = cohort.capacity, count_seats(cohort, clock.now())
        done = self.do(lambda: cohorts.change_capacity(cohort.pk, capacity, by=self.staff))
        promised = held.confirmed + held.offered + held.pending + held.reserved
        assert done == (capacity == before or capacity >= max(promised, 1))

    @where(S.WAITLISTED)
    @rule(which=st.integers(0, 1))
    def promote(self, which):
        self.do(lambda: seats.run_promotions(self.there.cohorts[which].pk, by=self.staff))

    @precondition(lambda self: self.steps > STEPS // 2)
    @rule(which=st.integers(0, 1), is_sure=wild)
    def cancel_cohort(self, which, is_sure):
        if is_sure:
            self.do(lambda: cohorts.cancel_cohort(self.there.cohorts[which].pk, by=self.staff, reason="강사 사정"))

    # --- the clock ------------------------------------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 5, 24]))
    def wait(self, hours):
        settings.DEMO_NOW += timedelta(hours=hours)

    @rule(n=number, before=st.booleans())
    def wait_for_what_comes(self, n, before):
        """To the second of a date that lies ahead, or the second before it."""
        now = clock.now()
        dates = {moment for row in self.there.rows for moment in (row.answer_by, row.changes_by)}
        for cohort in self.there.cohorts:
            dates |= {cohort.closes_at, cohort.announce_at, cohort.promote_until}
            dates |= {row.announce_at for row in cohort.rounds.all()}
            dates |= {row.until for row in cohort.reservations.all()}
        ahead = sorted(date for date in dates if date is not None and date > now)
        if ahead:
            settings.DEMO_NOW = ahead[n % min(len(ahead), 2)] - timedelta(seconds=before)

    @rule()
    def tick(self):
        """One pass of the clock, after which nothing that is due is left."""
        now = clock.now()
        for step in CLOCK:
            step(now)
        self.steps, self.known = self.steps + 1, None
        assert not Application.objects.filter(status=S.OFFERED, answer_by__lte=now).exists()
        for cohort in self.there.cohorts:
            counted = count_seats(cohort, now)
            if seats.stop_of(cohort, now) is None:
                assert counted.free == 0 or counted.waiting == 0
                kept = set() if counted.reserved == 0 else {self.partner.pk}
                assert not cohort.applications.filter(status=S.WAITLISTED, nominated_by__in=kept).exists()
            until = seats.promotes_until(cohort)
            assert until > now or counted.waiting == 0
        assert not Release.objects.filter(finished_at=None).exists()
        self.check_nothing_staged_is_overdue(now)

    def check_nothing_staged_is_overdue(self, now):
        """After the clock no decision is left whose time has come, unless its seats are gone or it is too late."""
        cohort = self.reviewed
        round_ = releases.current_round(cohort)
        due = releases.announced_at(cohort, round_)
        if cohort.cancelled_at or cohort.released_at or due > now:
            return
        left = decisions.staged(cohort, round_.number if round_ else None)
        offers = sum(row.outcome == Outcome.OFFER for row in left.values())
        late = any(decisions.too_late_for(cohort, row.outcome, now) for row in left.values())
        assert not left or late or offers > count_seats(cohort, now).free

    # --- what people are told -------------------------------------------------------------------------------------

    @rule()
    def deliver(self):
        """The worker sends what waits, and nothing whose reason is gone."""
        self.steps += 1
        now = clock.now()
        waiting = [row for row in self.there.mails if row.status == MailStatus.WAITING]
        mail.deliver_waiting()
        self.known = None
        after = dict(OutgoingMail.objects.values_list("pk", "status"))
        for row in waiting:
            holds = self.still_holds(row, now)
            assert holds is None or after[row.pk] != (MailStatus.DROPPED if holds else MailStatus.SENT), row.reason

    def still_holds(self, row, now):
        """Whether what a mail says is still so at `now`; None where it may be sent and may be dropped."""
        if row.target_type == "programs.offer":
            found = Offer.objects.select_related("application").get(pk=row.target_id)
            held = found.application
            if held.status == S.OFFERED and held.answer_by == found.expires_at <= now:
                return None  # the clock has not come to it
            return held.status == S.OFFERED and held.answer_by == found.expires_at
        if row.target_type == "programs.application":
            return Application.objects.filter(pk=row.target_id, status=S.DRAFT).exists()
        if row.target_type == "programs.decision":
            item = ReleaseItem.objects.select_related("release__round").get(decision=row.target_id)
            held = Application.objects.get(decisions=row.target_id)
            return (
                row.reason not in CHECKED
                or held.status == S.IN_REVIEW
                and held.round_number == item.release.round.number + 1
            )
        if row.reason not in CHECKED:
            return True
        change = StateChange.objects.select_related("application").get(pk=row.target_id)
        latest = change.application.changes.order_by("pk").last()
        if row.reason == "received":
            return latest.to_status != S.WITHDRAWN
        return latest.pk == change.pk

    @precondition(lambda self: self.there.decisions)
    @where(S.IN_REVIEW)
    @rule(n=number)
    def look(self, n):
        """Somebody looks at their pages, which are as if nothing were staged."""
        found = self.pick(n, (S.IN_REVIEW,), wild=False)
        if found:
            with_it = self.pages_of(found)
            with transaction.atomic():
                Decision.objects.filter(item=None).delete()
                without = self.pages_of(found)
                transaction.set_rollback(True)
            assert with_it == without

    def pages_of(self, found):
        client = Client()
        client.force_login(found.applicant)
        addresses = [found.get_absolute_url(), reverse("my"), reverse("my-mail"), found.cohort.get_absolute_url()]
        answers = [client.get(address) for address in addresses]
        assert [answer.status_code for answer in answers] == [200] * 4
        return [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.text) for answer in answers]

    # --- what holds after every step ------------------------------------------------------------------------------

    @invariant()
    def everything_holds(self):
        there = self.there
        changes, offers = there.of(there.changes), there.of(there.offers)
        enrolments = {row.application_id: row for row in there.enrolments}
        expected, carried = Counter(), {}
        people = {row.pk: row.applicant_id for row in there.rows}
        for item in there.items:
            if item.done_at is None:
                continue
            decided = item.decision
            begun = item.done_at >= self.reviewed.starts_at
            assert not begun or item.is_void or decided.outcome in (Outcome.REJECT, Outcome.ADVANCE)
            assert item.is_void or not item.is_late
            carried.setdefault(decided.application_id, []).append(item)
            if decided.outcome == Outcome.ADVANCE and not item.is_void:
                expected[people[decided.application_id], "advanced", "programs.decision", decided.pk] += 1
        for row in there.rows:
            lived, offered = changes.get(row.pk, []), offers.get(row.pk, [])
            self.check_life(row, lived, offered)
            self.check_place(row, enrolments.pop(row.pk, None))
            self.check_announcement(lived, carried.get(row.pk, []))
            expected.update(self.mails_of(row, lived, offered))
        assert not enrolments
        told = Counter((row.person_id, row.reason, row.target_type, row.target_id) for row in there.mails)
        assert all(count == 1 for about, count in told.items() if about[1] in REMINDERS)
        assert {about: count for about, count in told.items() if about[1] not in REMINDERS} == expected
        for cohort in there.cohorts:
            self.check_numbers([row for row in there.rows if row.cohort_id == cohort.pk])
            self.check_seats(cohort, [row for row in there.rows if row.cohort_id == cohort.pk])
        self.check_order()

    def check_numbers(self, rows):
        """Receipt numbers without a gap; waitlist numbers once."""
        serials = sorted(row.receipt_serial for row in rows if row.receipt_serial)
        assert serials == list(range(1, len(serials) + 1))
        waits = [row.waitlist_number for row in rows if row.waitlist_number]
        assert len(set(waits)) == len(waits)

    def check_seats(self, cohort, rows):
        """Held, about to be offered and kept for a partner: never more than there are."""
        now = clock.now()
        held = [row for row in rows if row.status == S.CONFIRMED or (row.answer_by and row.answer_by > now)]
        coming = {
            item.decision.application_id
            for item in self.there.items
            if item.done_at is None and item.release.finished_at is None and item.decision.outcome == Outcome.OFFER
        }
        pending = [row for row in rows if row.pk in coming and row.status == S.IN_REVIEW]
        kept = 1 if cohort == self.reviewed and now < self.kept_until else 0
        named = sum(row.nominated_by_id is not None for row in (*held, *pending))
        assert len(held) + len(pending) + max(kept - named, 0) <= cohort.capacity

    def check_life(self, row, lived, offered):
        """The moves are chained, allowed, in order of time; offers go with them; the row says the last."""
        status = S.DRAFT
        for change in lived:
            assert change.from_status == status
            assert change.to_status in NEXT[S(status)]
            status = change.to_status
        assert status == row.status
        times = [change.at for change in lived]
        assert times == sorted(times)
        made = [change.at for change in lived if change.to_status == S.OFFERED]
        assert made == [offer.made_at for offer in offered]
        for offer in offered:
            assert offer.made_at < offer.expires_at == answer_time(row.cohort, offer.made_at)
        if row.status == S.OFFERED:
            assert row.answer_by == offered[-1].expires_at
        running, following = None, iter(offered)
        for change in lived:
            if change.to_status == S.OFFERED:
                running = next(
                    following
                )  # by their order: an offer can be renewed in the instant in which it ran out
            if change.to_status == S.CONFIRMED and change.from_status == S.OFFERED:
                assert change.at < running.expires_at
            if change.to_status == S.EXPIRED:
                assert change.at >= running.expires_at

    def check_place(self, row, enrolment):
        """An enrolment for each confirmed place, ended with it, and no other."""
        if row.status == S.CONFIRMED:
            assert enrolment.status in (EnrolmentStatus.ENROLLED, EnrolmentStatus.ACTIVE)
        elif row.status == S.CANCELLED:
            assert enrolment.status in (EnrolmentStatus.CANCELLED, EnrolmentStatus.NOT_COMPLETED)
        else:
            assert enrolment is None

    def check_announcement(self, lived, carried):
        """No result of a review but by a release, which begins when the results are announced."""
        results = [c for c in lived if c.from_status == S.IN_REVIEW and c.to_status in RESULTS]
        done = [item for item in carried if not item.is_void and item.decision.outcome != Outcome.ADVANCE]
        assert [MEANT[item.decision.outcome] for item in done] == [change.to_status for change in results]
        for item, change in zip(done, results, strict=True):
            assert self.promised_at(item.release) <= item.release.started_at <= change.at

    def promised_at(self, release):
        """When the results of a release are announced."""
        return (release.round.announce_at if release.round else None) or self.reviewed.announce_at

    def mails_of(self, row, lived, offered):
        """The mails that the life of an application makes, each once."""
        person = row.applicant_id
        for change in lived:
            reason = TOLD.get(change.to_status)
            if change.to_status == S.SUBMITTED and row.cohort.is_reviewed:
                reason = "received"
            ends = (S.RESCINDED, S.CANCELLED, S.WITHDRAWN, S.CLOSED_OUT)
            if row.cohort.cancelled_at and change.to_status in ends and change.reason == row.cohort.cancel_reason:
                reason = "cohort_cancelled"
            if reason:
                yield person, reason, "programs.statechange", change.pk
        waits_at = [change.at for change in lived if change.to_status == S.WAITLISTED]
        for offer in offered:
            promoted = any(at <= offer.made_at for at in waits_at)
            yield person, "promoted" if promoted else "offered", "programs.offer", offer.pk

    def check_order(self):
        """Who was promoted without a reason stood before all who wait; who waited first has the lower number.

        But a seat kept for a partner goes past those whom it has not named.
        """
        rows = {row.pk: row for row in self.there.rows}
        promotions = [c for c in self.there.changes if (c.from_status, c.to_status) == (S.WAITLISTED, S.OFFERED)]
        for cohort in self.there.cohorts:
            waiting = [row for row in rows.values() if row.cohort_id == cohort.pk and row.status == S.WAITLISTED]
            waiting.sort(key=lambda row: row.waitlist_number)
            assert [row.moved_at for row in waiting] == sorted(row.moved_at for row in waiting)
            for change in promotions:
                passed = rows[change.application_id]
                if change.pk in self.promoted_before or change.reason or passed.cohort_id != cohort.pk:
                    continue
                like = [row for row in waiting if passed.nominated_by_id in (None, row.nominated_by_id)]
                assert all(row.waitlist_number > passed.waitlist_number for row in like)
        self.promoted_before = {change.pk for change in promotions}


@pytest.mark.django_db
def test_whatever_happens_the_promises_hold():
    reached.clear()
    run_state_machine_as_test(
        Selection,
        settings=profile(
            max_examples=EXAMPLES or USUAL,
            derandomize=not EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if SHRINKS else [Phase.generate],
        ),
    )
    possible = {(before, after) for before, later in NEXT.items() for after in later}
    missing = possible - set(reached)
    print(f"{reached.total()} moves of {len(possible) - len(missing)} kinds; never walked: {sorted(missing)}")
    assert len(missing) <= (len(possible) // 3 if EXAMPLES else len(possible) - 8), missing
