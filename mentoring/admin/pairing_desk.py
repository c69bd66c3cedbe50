"""The pairing desk: who is to be paired, each mentee against every mentor, and the deeds on two of them."""

from django.contrib import messages
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext

from accounts.admin_deeds import DeedReasonForm, object_deed
from mentoring.admin import pairing_rows as rows
from mentoring.admin import pairing_words as words
from mentoring.admin.pairing_base import DeskBase, LockForm, live_pairs, made_text, run_name, run_pill
from mentoring.models.rounds import Exclusion, ExclusionKind, PairingMode
from mentoring.models.runs import RunKind
from mentoring.operations import runs as operations
from mentoring.pairing import input as pairing_input
from mentoring.pairing import run_weighing as weighing
from mentoring.pairing.input import mentor_id, mentor_pk
from mentoring.pairing.rules import Reason
from mentoring.pairing.words import PARTS, reasons_text
from portal.errors import Refused

RECENT = 5
LIFTED_HERE = (
    ExclusionKind.STAFF,
    ExclusionKind.CONFLICT,
    ExclusionKind.DECLINED,
)  # the others have pages of their own
SAID_HERE = LIFTED_HERE


class DeskPages(DeskBase):
    """The overview of a round, its mentees, and what is done to two people."""

    def desk_urls(self):
        """Ours before Django's own."""
        pair = "mentees/<str:mentee>/<int:mentor>/"
        return self.desk_paths(
            [
                ("", "desk", self.desk_view),
                ("run/", "start", self.start_view),
                ("mentees/<str:mentee>/", "mentee", self.mentee_view),
                (f"{pair}exclude/", "exclude", self.exclude_view),
                (f"{pair}lock/", "lock", self.lock_view),
                ("mentees/<str:mentee>/unlock/", "unlock", self.unlock_view),
                ("exclusions/<int:pk>/lift/", "lift", self.lift_view),
            ]
        )

    # --- overview -----------------------------------------------------------------------------------

    def desk_view(self, request, round_id):
        """Who is there, what to look at first, and the buttons that work out pairs."""
        self.only_reading(request)
        round_ = self.find_round(request, round_id)
        snapshot = pairing_input.input_of(round_)
        people = self.people_of(round_, snapshot.facts)
        runs = list(round_.runs.select_related("made_by").defer("problem", "plan", "facts")[:RECENT])
        for run in runs:
            run.round = round_
        published = round_.runs.filter(published_at__isnull=False, undone_at__isnull=True)
        last = published.order_by("-published_at").values_list("number", flat=True).first()
        live = live_pairs(round_).count()
        return self.desk_page(
            request,
            "desk",
            round_,
            title="",
            here="desk",
            pill=desk_pill(live, last),
            warnings=rows.warnings(snapshot, people),
            facts=rows.desk_facts(snapshot),
            run_url=self.desk_url(round_, "start"),
            can_run=bool(snapshot.mentees),
            live=live,
            repair_url=self.desk_url(round_, "repair"),
            few=min(rows.FEW, len(snapshot.mentors)),
            mentees=rows.mentee_rows(snapshot, people, lambda code: self.mentee_url(round_, code)),
            mentors=rows.mentor_rows(snapshot, people),
            locks=self.lock_rows(round_, snapshot, people),
            exclusions=self.exclusion_rows(round_, snapshot, people),
            runs=[self.run_line(run) for run in runs],
            history_url=self.desk_url(round_, "history"),
            board_url=self.run_url(runs[0], "board") if runs else "",
        )

    def run_line(self, run):
        """A run in a list."""
        return {
            "title": run_name(run),
            "url": self.run_url(run),
            "note": f"{words.run_sentence(run)} · {made_text(run)}",
            "pill": run_pill(run),
        }

    def lock_rows(self, round_, snapshot, people):
        """The locked pairs, with the reasons that were given."""
        said = {row.enrolment.code: row for row in round_.locks.select_related("enrolment", "by")}
        found = []
        for mentee, mentor in snapshot.locks.items():
            row = said.get(mentee)
            notes = [row.by.display_name, row.reason] if row else []
            found.append(
                {
                    "title": f"{people.mentee(mentee)} – {people.mentor(mentor)}",
                    "note": " · ".join(filter(None, notes)),
                    "url": self.desk_url(round_, "unlock", mentee=mentee),
                    "label": gettext("Unlock"),
                }
            )
        return found

    def exclusion_rows(self, round_, snapshot, people):
        """The exclusions that hold in the round; those that hold everywhere say so."""
        found = []
        codes = {row.person_id: code for code, row in people.mentees.items() if code in snapshot.mentees}
        for row in self.exclusions(round_).filter(person__in=codes):
            notes = [row.get_kind_display(), row.by.display_name if row.by else ""]
            if row.kind in SAID_HERE:
                notes.append(row.reason)
            lifted = row.kind in LIFTED_HERE and row.round_id == round_.pk
            found.append(
                {
                    "title": f"{row.person.display_name} – {row.mentor.name}",
                    "note": " · ".join(filter(None, map(str, notes))),
                    "url": self.desk_url(round_, "lift", pk=row.pk) if lifted else "",
                    "label": gettext("Lift"),
                }
            )
        return found

    def exclusions(self, round_):
        """The exclusions of the round that hold."""
        found = Exclusion.objects.in_round(round_).select_related("person", "mentor__user", "mentor__expert", "by")
        return found.order_by("-at", "-pk")

    def start_view(self, request, round_id):
        """Works out pairs; both ways lead to the page that puts them side by side."""
        round_ = self.find_round(request, round_id)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        mode = request.POST.get("mode", "")
        modes = list(PairingMode) if mode == "both" else [found for found in PairingMode if found == mode]
        if not modes:
            raise Http404
        kind = RunKind.FULL if live_pairs(round_).exists() else RunKind.NEW
        made = []
        try:
            for each in modes:
                made.append(operations.run(round_.pk, by=request.user, kind=kind, mode=each))
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(self.desk_url(round_))
        for run in made:
            run.round = round_
        if len(made) > 1:
            return redirect(f"{self.run_url(made[0], 'compare')}?with={made[1].number}")
        return redirect(self.run_url(made[0]))

    # --- one mentee ---------------------------------------------------------------------------------

    def mentee_view(self, request, round_id, mentee):
        """Every mentor for one mentee: what the pair is worth and would cost, or why it may not be."""
        self.only_reading(request)
        round_ = self.find_round(request, round_id)
        snapshot = pairing_input.input_of(round_)
        if mentee not in snapshot.mentees:
            raise Http404
        people = self.people_of(round_, snapshot.facts)
        alike = round_.runs.filter(digest=snapshot.digest)
        run = alike.order_by("mode", "-number").first()  # the best for the cohort first: it knows costs
        answer = None
        if run is not None:
            run.round = round_
            answer = self.answer_of(run)
        person = people.mentees[mentee].person_id
        exclusions = [row for row in self.exclusions(round_) if row.person_id == person]
        profile = getattr(people.mentees[mentee], "mentee_profile", None)
        return self.desk_page(
            request,
            "mentee",
            round_,
            title=people.mentee(mentee),
            facts=rows.mentee_facts(snapshot, people, mentee),
            brief=profile.brief if profile else "",
            parts=list(PARTS.values()),
            run={"label": run_name(run), "url": self.run_url(run)} if run else None,
            possible=rows.possible_rows(
                snapshot,
                people,
                mentee,
                run=answer,
                costs=self.costs_of(run, answer, mentee) if run else {},
                deeds_of=lambda code, name, reasons: self.pair_deeds(round_, snapshot, code, name, reasons),
            ),
            excluded=rows.excluded_rows(
                snapshot,
                people,
                mentee,
                staff_reasons=said_of(exclusions),
                deeds_of=lambda code, name, reasons: [
                    *self.pair_deeds(round_, snapshot, code, name, reasons),
                    *self.lift_deeds(round_, exclusions, name),
                ],
            ),
        )

    def costs_of(self, run, answer, mentee):
        """What each possible pair of the mentee would cost in the run, with the way to the whole of it."""
        names, found = words.stages_of(answer), {}
        mentors = [mentor for mentor in answer.capacity if (mentee, mentor) in answer.scores]
        for mentor, difference in weighing.forced_costs(run, mentee, mentors).items():
            text, tone = words.cost(names, difference)
            address = f"{self.run_url(run, 'board')}?mentee={mentee}&mentor={mentor}#cost"
            found[mentor] = {"text": text, "tone": tone, "url": address}
        if mentee in answer.pairs:
            found[answer.pairs[mentee]] = {"text": gettext("The pair of this run")}
        return found

    def pair_deeds(self, round_, snapshot, mentee, mentor, reasons):
        """What can be done with two people: lock or unlock, exclude."""
        place = {"mentee": mentee, "mentor": mentor_pk(mentor)}
        deeds = []
        if snapshot.locks.get(mentee) == mentor:
            deeds.append({"label": gettext("Unlock"), "url": self.desk_url(round_, "unlock", mentee=mentee)})
        elif not reasons or rows.can_lock_anyway(reasons):
            label = gettext("Lock in spite of this") if reasons else words.LOCK
            deeds.append({"label": label, "url": self.desk_url(round_, "lock", **place)})
        if Reason.STAFF not in reasons:
            deeds.append({"label": gettext("Exclude"), "url": self.desk_url(round_, "exclude", **place)})
        return deeds

    def lift_deeds(self, round_, exclusions, mentor):
        """The exclusions between a mentee and a mentor that can be taken back here."""
        return [
            {"label": gettext("Lift"), "url": self.desk_url(round_, "lift", pk=row.pk)}
            for row in exclusions
            if mentor_id(row.mentor_id) == mentor and row.kind in LIFTED_HERE and row.round_id == round_.pk
        ]

    # --- deeds on two people --------------------------------------------------------------------------

    def find_pair(self, request, round_id, mentee, mentor):
        """A round, an enrolment of its cohort, and a mentor of its snapshot; else 404."""
        round_ = self.find_round(request, round_id)
        snapshot = pairing_input.input_of(round_)
        name = mentor_id(mentor)
        if mentee not in snapshot.mentees or name not in snapshot.mentors:
            raise Http404
        people = self.people_of(round_, snapshot.facts)
        return round_, people.mentees[mentee], people.mentors[name], snapshot

    def ask_pair(self, request, round_, enrolment, mentor, *, facts=(), back="", **deed):
        """A page that asks before something is done to two people."""
        return object_deed(
            self,
            request,
            round_,
            facts=[
                (gettext("Mentee"), enrolment.person.display_name),
                *([(gettext("Mentor"), mentor.name)] if mentor else []),
                *facts,
            ],
            back_url=back or self.mentee_url(round_, enrolment.code),
            **deed,
        )

    def exclude_view(self, request, round_id, mentee, mentor):
        """Rules a pair out, with a reason."""
        round_, enrolment, profile, snapshot = self.find_pair(request, round_id, mentee, mentor)

        def perform(data):
            operations.exclude(round_.pk, enrolment.pk, profile.pk, by=request.user, reason=data["reason"])
            return gettext("The pair is excluded. Work out the pairs anew for it to count.")

        warning = ""
        if snapshot.published.get(mentee) == mentor_id(mentor):
            warning = gettext("The two are paired now. Excluding them opens a repair; it ends nothing by itself.")
        return self.ask_pair(
            request,
            round_,
            enrolment,
            profile,
            label=gettext("Exclude this pair"),
            note=gettext(
                "No run makes this pair. Neither of the two is told, and the reason is read by staff alone."
            ),
            form_class=DeedReasonForm,
            perform=perform,
            warning=warning,
            danger=True,
        )

    def lift_view(self, request, round_id, pk):
        """Takes an exclusion back, with a reason."""
        round_ = self.find_round(request, round_id)
        found = self.exclusions(round_).filter(pk=pk, round=round_, kind__in=LIFTED_HERE)
        row = found.filter(person__enrolments__cohort=round_.cohort_id).distinct().first()
        if row is None:
            raise Http404
        enrolment = row.person.enrolments.filter(cohort=round_.cohort_id).order_by("-pk").first()
        enrolment.person = row.person

        def perform(data):
            operations.lift(row.pk, by=request.user, reason=data["reason"])
            return gettext("The exclusion is lifted. Work out the pairs anew for it to count.")

        return self.ask_pair(
            request,
            round_,
            enrolment,
            row.mentor,
            label=gettext("Lift the exclusion"),
            facts=[(gettext("Kind"), row.get_kind_display()), (gettext("Reason"), row.reason or "–")],
            form_class=DeedReasonForm,
            perform=perform,
            back=self.desk_url(round_),
        )

    def lock_view(self, request, round_id, mentee, mentor):
        """Locks a pair; with a reason where a rule stands against it."""
        round_, enrolment, profile, snapshot = self.find_pair(request, round_id, mentee, mentor)
        reasons = snapshot.reasons(mentee, mentor_id(mentor))
        if reasons and not rows.can_lock_anyway(reasons):
            raise Http404

        def perform(data):
            operations.lock(
                round_.pk,
                enrolment.pk,
                profile.pk,
                by=request.user,
                reason=data["reason"],
                override=bool(reasons),
            )
            return gettext("The pair is locked. Every run keeps it.")

        return self.ask_pair(
            request,
            round_,
            enrolment,
            profile,
            label=gettext("Lock this pair"),
            note=gettext("Every run keeps it. Nobody is told before it is published."),
            warning=gettext("A rule stands against this pair: %(why)s.") % {"why": reasons_text(reasons)}
            if reasons
            else "",
            form_class=DeedReasonForm if reasons else LockForm,
            perform=perform,
        )

    def unlock_view(self, request, round_id, mentee):
        """Takes a lock back."""
        round_ = self.find_round(request, round_id)
        lock = round_.locks.select_related("enrolment__person", "mentor__user", "mentor__expert")
        lock = lock.filter(enrolment__code=mentee).first()
        if lock is None:
            raise Http404

        def perform(data):
            operations.unlock(round_.pk, lock.enrolment_id, by=request.user)
            return gettext("The pair is no longer locked.")

        return self.ask_pair(
            request,
            round_,
            lock.enrolment,
            lock.mentor,
            label=gettext("Unlock this pair"),
            facts=[(gettext("Reason"), lock.reason or "–")],
            perform=perform,
            back=self.desk_url(round_),
        )


def said_of(exclusions):
    """What was written beside exclusions, by mentor and kind; what a case file holds is not told here."""
    found = {}
    for row in exclusions:
        if row.kind in SAID_HERE:
            found.setdefault(mentor_id(row.mentor_id), {})[row.kind] = row.reason
    return found


def desk_pill(live, number):
    """Whether anything is published."""
    if not live:
        return {"tone": "soon", "icon": "ring", "label": gettext("Nothing published yet")}
    label = gettext("Run %(number)s is published") % {"number": number} if number else gettext("Pairs announced")
    return {"tone": "good", "icon": "check", "label": label}
