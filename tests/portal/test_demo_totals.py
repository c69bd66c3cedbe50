"""The demonstration adds up to what is published, and no row of it breaks a rule of the portal."""

import re
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db.models import Count, F, Max, Min, Q

from accounts.models import ConsentRecord, Role, TermKind, User
from mentoring.models.evaluations import Evaluation
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing
from partners.models.agreements import Agreement, Campaign, Signature
from partners.models.organizations import Organization
from portal.demo.ledger import table
from portal.models import AuditEvent, OutgoingMail
from programs.models.applications import (
    LIVE,
    NEXT,
    Application,
    ApplicationStatus,
    Decision,
    Offer,
    OfferKind,
    StateChange,
)
from programs.models.cohorts import Cohort, Criterion, Milestone, Phase, Session
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.experts import Expert
from programs.models.imports import Import
from programs.models.programs import Program, ProgramKind, Series
from tests.portal.demo_season import NOW, loaded

# capacity, applied, withdrawn, ineligible, not selected, waitlisted, first offers, gave up, promoted, no-shows,
# enrolled, completed
FUNNEL = {
    "window-background": (84, 143, 5, 3, 31, 20, 84, 6, 6, 2, 82, 78),
    "next-generation-academy": (300, 412, 18, 4, 0, 90, 300, 22, 22, 4, 296, 262),
    "vfx-producer-virtual-production": (130, 268, 10, 5, 98, 25, 130, 11, 8, 6, 121, 113),
    "camera-unscripted": (120, 187, 7, 3, 33, 24, 120, 9, 7, 5, 113, 106),
    "dit-training": (96, 174, 7, 4, 48, 19, 96, 7, 6, 4, 91, 86),
    "dubbing": (130, 241, 9, 5, 71, 26, 130, 10, 7, 5, 122, 114),
    "vfx-editor": (70, 158, 6, 5, 63, 14, 70, 4, 3, 3, 66, 63),
    "production-sound": (230, 305, 13, 4, 12, 46, 230, 18, 9, 8, 213, 193),
}
SUM = (1160, 1888, 75, 33, 356, 264, 1160, 87, 68, 37, 1104, 1015)
HOURS = {
    "window-background": 14,
    "next-generation-academy": 12,
    "vfx-producer-virtual-production": 35,
    "camera-unscripted": 18,
    "dit-training": 28,
    "dubbing": 24,
    "vfx-editor": 48,
    "production-sound": 12,
}
EXPERTS = {
    "window-background": (3, 2),
    "next-generation-academy": (10, 1),
    "vfx-producer-virtual-production": (5, 4),
    "camera-unscripted": (4, 1),
    "dit-training": (3, 2),
    "dubbing": (4, 2),
    "vfx-editor": (2, 2),
    "production-sound": (5, 4),
}
SECOND_YEAR = {
    "global-dubbing": (131, 120),
    "innovation-workshop": (236, 210),
    "production-sound-workshop": (184, 168),
    "vfx-virtual-production": (155, 142),
    "series-planning-camp": (66, 64),
    "series-planning-directing": (209, 186),
    "subtitle-localization": (74, 70),
    "aces-color-unscripted": (207, 188),
}
EVENTS = {
    "academy-mixer": (ProgramKind.NETWORKING, 160, 131),
    "data-color-meetup": (ProgramKind.NETWORKING, 90, 78),
    "busan-meetings": (ProgramKind.NETWORKING, 120, 104),
    "results-showcase": (ProgramKind.NETWORKING, 220, 187),
    "alumni-directors-talk": (ProgramKind.TALK, 110, 96),
    "series-story-workshop": (ProgramKind.WORKSHOP, 24, 24),
    "europe-exchange-lab": (ProgramKind.EXCHANGE, 16, 16),
    "asia-codevelopment": (ProgramKind.WORKSHOP, 12, 12),
}
pytestmark = pytest.mark.django_db
COURSES = Cohort.objects.filter(slug="2024-1", program__kind="course")


@pytest.fixture(scope="module", autouse=True)
def demonstration(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), loaded():
        yield


def ever(cohort, status):
    """How many of the cohort's applications were once in `status`."""
    return cohort.applications.filter(changes__to_status=status).distinct().count()


def funnel(cohort):
    statuses = Counter(cohort.applications.values_list("status", flat=True))
    ineligible = cohort.applications.filter(reason_code="not_eligible").count()
    promoted = cohort.applications.filter(status="confirmed", waitlist_number__isnull=False).count()
    if cohort.is_reviewed:
        first = Offer.objects.filter(application__cohort=cohort, kind=OfferKind.FIRST).count()
    else:  # a seat without selection is confirmed at once
        first = cohort.applications.filter(changes__from_status="submitted", changes__to_status="confirmed").count()
    return (
        cohort.capacity,
        cohort.applications.exclude(status="draft").count(),
        statuses["withdrawn"],
        ineligible,
        statuses["rejected"] - ineligible,
        promoted + statuses["closed_out"],
        first,
        statuses["declined"] + statuses["expired"] + statuses["cancelled"],
        promoted,
        cohort.enrolments.filter(status=EnrolmentStatus.NO_SHOW).count(),
        cohort.enrolments.counted().count(),
        cohort.enrolments.filter(status=EnrolmentStatus.COMPLETED).count(),
    )


# --- 2024 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", FUNNEL)
def test_the_funnel_of_each_course_of_2024(program):
    counted = funnel(COURSES.get(program__slug=program))
    assert counted == FUNNEL[program]
    capacity, applied, withdrawn, ineligible, rejected, waited, first, gave_up, promoted, absent, enrolled, done = (
        counted
    )
    assert applied == capacity + waited + rejected + withdrawn + ineligible
    assert enrolled == first - gave_up + promoted - absent
    assert promoted <= min(gave_up, waited)
    assert done <= enrolled


def test_the_sums_of_the_courses_of_2024():
    assert tuple(map(sum, zip(*(funnel(cohort) for cohort in COURSES), strict=True))) == SUM


def test_enrolments_of_2024():
    rows = Enrolment.objects.filter(cohort__in=COURSES)
    assert rows.exclude(status=EnrolmentStatus.CANCELLED).count() == 1141
    assert rows.filter(status=EnrolmentStatus.NO_SHOW).count() == 37
    assert rows.filter(status=EnrolmentStatus.NOT_COMPLETED).count() == 89
    assert rows.filter(status=EnrolmentStatus.CANCELLED).count() == 22  # places of the first-come course given back
    done = rows.filter(status=EnrolmentStatus.COMPLETED).values_list("cohort__hours", flat=True)
    assert sum(done) == 20_583


def test_persons_of_2024():
    times = (
        Enrolment.objects.counted().filter(cohort__in=COURSES).values("person").annotate(n=Count("pk")).order_by()
    )
    assert Counter(row["n"] for row in times) == {1: 954, 2: 54, 3: 14}
    assert Application.objects.filter(cohort__in=COURSES).values("applicant").distinct().count() == 1_545


def test_sessions_of_2024():
    for cohort in COURSES.select_related("program"):
        meetings = cohort.sessions.all()
        assert sum((row.ends_at - row.starts_at for row in meetings), timedelta()) == timedelta(hours=cohort.hours)
        assert cohort.hours == HOURS[cohort.program.slug]
    assert sum(HOURS.values()) == 191


def test_experts_of_2024():
    for cohort in COURSES.select_related("program"):
        experts = Expert.objects.filter(sessions__cohort=cohort).distinct()
        assert (experts.domestic().count(), experts.international().count()) == EXPERTS[cohort.program.slug]
        assert not cohort.sessions.filter(experts=None).exists()
    everyone = Expert.objects.filter(sessions__cohort__in=COURSES).distinct()
    assert (everyone.domestic().count(), everyone.international().count()) == (36, 18)


@pytest.mark.parametrize("program", EVENTS)
def test_who_registered_and_who_came(program):
    cohort = Cohort.objects.get(program__slug=program, slug="2024-1")
    came = cohort.enrolments.filter(status=EnrolmentStatus.COMPLETED).count()
    assert (cohort.program.kind, cohort.applications.count(), came) == EVENTS[program]
    assert cohort.enrolments.exclude(status__in=["completed", "no_show"]).count() == 0


def test_the_internship():
    cohort = Cohort.objects.get(program__slug="internship", slug="2024-1")
    assert (cohort.capacity, cohort.applications.count()) == (22, 47)
    assert Counter(cohort.enrolments.values_list("status", flat=True)) == {"completed": 16, "dropped": 2}
    assert Organization.objects.filter(kind="host", is_listed=False).count() == 10


# --- 2025 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("program", SECOND_YEAR)
def test_the_courses_of_2025(program):
    cohort = Cohort.objects.get(program__slug=program, slug="2025-1")
    done = cohort.enrolments.filter(status=EnrolmentStatus.COMPLETED).count()
    assert (cohort.enrolments.counted().count(), done) == SECOND_YEAR[program]
    assert not cohort.sessions.exists()
    assert cohort.dates_precision == ("day" if program == "subtitle-localization" else "month")


def test_the_participants_of_2025_came_in_from_tables():
    assert Import.objects.count() == len(SECOND_YEAR)
    for batch in Import.objects.select_related("cohort__program"):
        enrolled, _completed = SECOND_YEAR[batch.cohort.program.slug]
        assert batch.counts["brought_in"] == enrolled == batch.cohort.enrolments.filter(application=None).count()
        assert (batch.counts["refused"], batch.counts["left_out"]) == (0, 0)
        assert batch.counts["known"] > batch.counts["accounts"] * 0.1  # people of 2024 are known again


def test_the_sums_of_2025():
    assert tuple(map(sum, zip(*SECOND_YEAR.values(), strict=True))) == (1262, 1148)


def test_the_camp_of_2025():
    cohort = Cohort.objects.get(program__slug="reboot-camp", slug="2025-1")
    assert funnel(cohort)[:3] == (16, 61, 0)
    assert funnel(cohort)[3:] == (4, 37, 4, 16, 1, 1, 0, 16, 16)
    assert list(cohort.criteria.values_list("weight", flat=True)) == [35, 25, 20, 20]
    pairs = Pairing.objects.filter(enrolment__cohort=cohort).values_list("mentor").annotate(n=Count("pk"))
    assert [n for _mentor, n in pairs] == [4, 4, 4, 4]
    evaluations = Evaluation.objects.filter(pairing__enrolment__cohort=cohort)
    assert evaluations.filter(shared_at__isnull=False).count() == 10
    assert MentorProfile.objects.filter(expert__slug__in=[row["slug"] for row in table("mentors")]).count() == 4


def test_the_agreements():
    first, second = Agreement.objects.get(slug="2024"), Agreement.objects.get(slug="2025")
    assert (first.signed_precision, first.place_ko, first.renews) == ("month", "", None)
    assert (second.signed_on.isoformat(), second.announced_on.isoformat()) == ("2025-04-24", "2025-04-25")
    assert second.renews == first
    assert Agreement.objects.get(slug="2023").is_history_note
    names = second.signatures.order_by("position").values_list("organization__code", "signatory_ko", "signatory_en")
    assert list(names) == [
        ("NFLX", "하정수", "Ha Jung-soo"),
        ("KOCCA", "김일중", "Kim Il-joong"),
        ("KOFIC", "조근식", "Cho Geun-sik"),
    ]
    assert Signature.objects.exclude(agreement=second).exclude(signatory_ko="").count() == 0
    assert Organization.objects.get(code="KAFA").parent.code == "KOFIC"


# --- the season --------------------------------------------------------------------------------------


def test_the_season_has_every_phase_and_every_kind():
    season = Cohort.objects.filter(is_demo_season=True).with_phase(NOW)
    phases = Counter(season.values_list("phase", flat=True))
    assert set(phases) == set(Phase.values) - {Phase.CANCELLED}
    assert phases[Phase.OPEN] >= 4
    assert set(season.values_list("program__kind", flat=True)) == set(ProgramKind.values)
    assert set(season.values_list("agreement", flat=True)) == {None}
    assert set(season.values_list("label_en", flat=True)) == {"Demo season", "Demo season, cohort 2"}


def test_the_season_keeps_office_hours():
    for cohort in Cohort.objects.filter(is_demo_season=True):
        closes, opens = cohort.closes_at.astimezone(NOW.tzinfo), cohort.opens_at.astimezone(NOW.tzinfo)
        assert (closes.hour, closes.minute, opens.hour) == (17, 0, 10)
        assert closes.weekday() < 5
        if cohort.announce_at:
            announced = cohort.announce_at.astimezone(NOW.tzinfo)
            assert (announced.hour, announced.weekday() < 5) == (10, True)
            answer_by = announced + timedelta(hours=cohort.offer_hours)
            assert (answer_by.hour, answer_by.weekday() < 5) == (17, True)


def test_staged_decisions_wait_for_the_announcement():
    waiting = Cohort.objects.filter(is_demo_season=True, announce_at__gt=NOW)
    staged = Decision.objects.filter(application__cohort__in=waiting)
    assert staged.count() > 10
    assert not staged.exclude(application__status=ApplicationStatus.IN_REVIEW).exists()


def test_offers_have_most_of_their_time_left():
    running = Application.objects.filter(status="offered").annotate(made_at=Max("offers__made_at"))
    assert running.count() > 10
    for application in running:
        assert NOW - application.made_at < (application.answer_by - application.made_at) / 2
        assert application.answer_by - NOW >= timedelta(days=1)


def test_the_applicant_has_applications_in_several_states():
    rows = Application.objects.filter(applicant__email="applicant@example.com")
    found = {(row.cohort.program.slug, row.cohort.slug): row for row in rows.select_related("cohort__program")}
    assert {address: row.status for address, row in found.items()} == {
        ("vfx-editor", "demo-1"): "draft",
        ("production-sound-workshop", "demo-1"): "submitted",
        ("internship-vfx", "demo-1"): "in_review",
        ("dubbing", "demo-1"): "offered",
        ("academy-mixer", "demo-1"): "waitlisted",
        ("subtitle-localization", "demo-1"): "confirmed",
        ("series-mentoring", "demo-1"): "confirmed",
        ("dit-training", "2024-1"): "confirmed",
    }
    assert found["academy-mixer", "demo-1"].waitlist_number == 3
    assert found["dit-training", "2024-1"].enrolment.status == EnrolmentStatus.COMPLETED
    assert not Application.objects.filter(applicant__email="applicant2@example.com").exists()


def test_the_mentor_has_the_mentee():
    live = Pairing.objects.live().filter(mentor__user__email="mentor@example.com")
    assert live.count() == 4
    mentee = live.get(enrolment__person__email="mentee@example.com")
    assert mentee.goals.exists()
    assert mentee.enrolment.cohort.phase_at(NOW) == Phase.RUNNING


def test_the_instructor_teaches_in_a_running_cohort():
    running = Cohort.objects.with_phase(NOW).filter(phase=Phase.RUNNING)
    assert Session.objects.filter(cohort__in=running, experts__user__email="instructor@example.com").exists()


@pytest.mark.parametrize(
    ("email", "role"),
    [
        ("admin", Role.ADMIN),
        ("manager", Role.MANAGER),
        ("reviewer", Role.REVIEWER),
        ("mentor", Role.MENTOR),
        ("instructor", Role.INSTRUCTOR),
        ("host", Role.HOST),
        ("partner", Role.PARTNER),
    ],
)
def test_each_login_has_its_role(email, role):
    person = User.objects.get(email=f"{email}@example.com")
    assert [grant.role for grant in person.live_grants] == [role]


def test_the_manager_runs_the_courses_and_not_the_camp():
    own = Cohort.objects.managed_by(User.objects.get(email="manager@example.com"))
    assert own.filter(program__slug="dit-training").count() == 2
    assert not own.filter(program__slug="reboot-camp").exists()


# --- people ------------------------------------------------------------------------------------------


def test_everyone_is_made_up():
    assert not User.objects.filter(is_demo=False).exists()
    assert not User.objects.exclude(email__endswith="@example.com").exists()
    signed = Signature.objects.exclude(signatory_ko="")
    assert not User.objects.filter(full_name__in=signed.values("signatory_ko")).exists()
    assert not User.objects.filter(Q(full_name="") | Q(romanized_name="")).exists()


def test_only_the_logins_have_a_password():
    can = {person.email for person in User.objects.all() if person.has_usable_password()}
    names = "admin manager reviewer mentor mentee applicant applicant2 instructor host partner"
    assert can == {f"{name}@example.com" for name in names.split()}
    assert User.objects.filter(emailaddress__verified=True, emailaddress__primary=True).count() == 10


def test_everyone_agreed_before_anything_was_kept():
    agreed = ConsentRecord.objects.filter(given=True)
    signed_up = User.objects.exclude(age_confirmed_at=None)
    for kind in (TermKind.TERMS, TermKind.PRIVACY):
        assert agreed.filter(version__term__kind=kind, at=F("user__date_joined")).count() == signed_up.count()
    of_a_table = User.objects.filter(age_confirmed_at=None)
    assert of_a_table.count() == sum(row.counts["accounts"] for row in Import.objects.all()) > 0
    assert not of_a_table.filter(applications__isnull=False).exists()
    submitted = Application.objects.exclude(submitted_at=None)
    collected = agreed.filter(version__term__kind=TermKind.APPLICATION)
    assert set(collected.values_list("user", "cohort", "at")) == set(
        submitted.values_list("applicant", "cohort", "submitted_at")
    )
    assert collected.count() == submitted.count()


def test_each_consent_holds_the_items_as_they_were_shown():
    collected = ConsentRecord.objects.filter(version__term__slug="application", version__number=2)
    for language, name in (("ko", "성명"), ("en", "Full name")):
        assert collected.filter(language=language).exists()
        assert not collected.filter(language=language).exclude(items__startswith=name).exists()


def test_only_what_is_up_to_them_was_refused():
    refused = ConsentRecord.objects.filter(given=False).select_related("version__term")
    assert all(not record.version.term.may_be_required for record in refused)
    assert refused.filter(user__email="applicant2@example.com", version__term__kind="marketing").count() == 1
    unwilling = ConsentRecord.objects.filter(user__email="applicant2@example.com", given=True)
    assert {record.version.kind for record in unwilling.select_related("version__term")} <= {
        "terms",
        "privacy",
        "application",
        "no_show",
        "confidentiality",
        "third_party",
    }
    assert not unwilling.filter(version__term__kind="third_party", version__term__is_essential=False).exists()


def test_nothing_was_mailed_or_audited():
    assert not OutgoingMail.objects.exists()
    assert not AuditEvent.objects.exists()


# --- rules -------------------------------------------------------------------------------------------


def histories():
    """Each application with its changes in order."""
    changes = {}
    for change in StateChange.objects.order_by("at", "pk"):
        changes.setdefault(change.application_id, []).append(change)
    return [(row, changes.get(row.pk, [])) for row in Application.objects.all()]


def test_every_state_is_reached_along_the_table_of_moves():
    for application, changes in histories():
        assert all(change.to_status in NEXT[ApplicationStatus(change.from_status)] for change in changes)
        path = ["draft", *(change.to_status for change in changes)]
        assert path[:-1] == [change.from_status for change in changes]
        assert path[-1] == application.status


def test_times_are_in_order():
    for application, changes in histories():
        moments = [application.created_at, *(change.at for change in changes)]
        assert all(before <= after for before, after in pairwise(moments))
        assert moments[-1] == application.moved_at
        assert moments[-1] <= NOW
        assert application.submitted_at == (changes[0].at if changes else None)
    assert not Application.objects.filter(applicant__date_joined__gt=F("created_at")).exists()
    assert not Enrolment.objects.filter(ended_at__lt=F("enrolled_at")).exists()
    assert not Enrolment.objects.filter(Q(ended_at__gt=NOW) | Q(enrolled_at__gt=NOW)).exists()
    assert not Decision.objects.filter(at__gt=NOW).exists()


def test_applications_come_while_the_window_is_open():
    late = Q(submitted_at__gte=F("cohort__closes_at")) | Q(created_at__lt=F("cohort__opens_at"))
    assert not Application.objects.filter(late).exists()
    draft = Cohort.objects.filter(published_at=None)
    assert not Application.objects.filter(cohort__in=draft).exists()


def test_receipts_count_up_with_the_submissions():
    for cohort in Cohort.objects.all():
        rows = cohort.applications.exclude(status="draft").order_by("submitted_at", "receipt_serial")
        assert list(rows.values_list("receipt_serial", flat=True)) == list(range(1, len(rows) + 1))


def test_seats_are_never_exceeded():
    takes = {("in_review", "offered"), ("waitlisted", "offered"), ("submitted", "confirmed")}
    frees = {("offered", "declined"), ("offered", "expired"), ("confirmed", "cancelled")}
    for cohort in Cohort.objects.all():
        steps = []
        for change in StateChange.objects.filter(application__cohort=cohort):
            move = (change.from_status, change.to_status)
            if move in takes or move in frees:
                steps.append((change.at, 1 if move in takes else -1))
        taken = 0
        for _at, step in sorted(steps):  # at the same moment a seat is freed before it is taken
            taken += step
            assert taken <= cohort.capacity


def test_nobody_has_two_live_applications_or_two_places_at_once():
    twice = Application.objects.filter(status__in=LIVE).values("cohort", "applicant").annotate(n=Count("pk"))
    assert not twice.filter(n__gt=1).exists()
    meetings = {}
    for session in Session.objects.all():
        meetings.setdefault(session.cohort_id, []).append((session.starts_at, session.ends_at))
    diaries = {}
    for person, cohort in Enrolment.objects.exclude(status="cancelled").values_list("person", "cohort"):
        diaries.setdefault(person, []).extend(meetings.get(cohort, []))
    for diary in diaries.values():
        assert all(first[1] <= second[0] for first, second in pairwise(sorted(diary)))


def test_a_cohort_lasts_from_its_first_session_to_its_last():
    bounds = Cohort.objects.annotate(first=Min("sessions__starts_at"), last=Max("sessions__ends_at"))
    for cohort in bounds.filter(first__isnull=False):
        assert (cohort.starts_at, cohort.ends_at) == (cohort.first, cohort.last)


def test_places_and_enrolments_belong_together():
    for application in Application.objects.filter(changes__to_status="confirmed").select_related("enrolment"):
        assert (application.status == "cancelled") == (application.enrolment.status == "cancelled")
        assert application.enrolment.person_id == application.applicant_id
    applied_for = Enrolment.objects.exclude(application=None)
    assert applied_for.count() == StateChange.objects.filter(to_status="confirmed").count()
    offers = StateChange.objects.filter(to_status="offered").count()
    assert Offer.objects.count() == offers


def test_enrolments_follow_the_cohort():
    for enrolment in Enrolment.objects.select_related("cohort"):
        phase = enrolment.cohort.phase_at(NOW)
        live = {Phase.RUNNING: "active"}.get(phase, "enrolled")
        assert enrolment.status == "cancelled" or (enrolment.ended_at is not None) == (phase == Phase.FINISHED)
        assert enrolment.ended_at is not None or enrolment.status == live


def test_calls_by_selection_say_how():
    reviewed = Cohort.objects.filter(registration_mode="review", opens_at__isnull=False)
    for cohort in reviewed:
        assert sum(cohort.criteria.values_list("weight", flat=True)) == 100
        assert cohort.milestones.filter(title_en="Interviews").exists() == ("면접" in cohort.selection_ko)
        assert cohort.selection_ko
    assert not Criterion.objects.exclude(cohort__in=reviewed).exists()


BILINGUAL = (
    Organization,
    Campaign,
    Agreement,
    Signature,
    Series,
    Program,
    Expert,
    Cohort,
    Criterion,
    Milestone,
    Session,
)


@pytest.mark.parametrize("model", [*BILINGUAL, MentorProfile])
def test_every_text_is_there_in_both_languages(model):
    names = [field.name[:-3] for field in model._meta.concrete_fields if field.name.endswith("_en")]
    for row in model.objects.all():
        for name in names:
            korean, english = getattr(row, f"{name}_ko"), getattr(row, f"{name}_en")
            assert bool(korean) == bool(english), f"{row!r} {name}"
            assert not re.search("[가-힣]", english), f"{row!r} {name}"


def test_every_program_says_what_it_is_and_who_runs_it():
    for program in Program.objects.all():
        assert program.tagline_ko
        assert program.about_ko
        assert program.program_partners.filter(role="operator").exists()
    assert not Session.objects.filter(title_ko="").exists()
