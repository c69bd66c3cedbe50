"""Publishing a run, reading its mails beforehand, taking it back, and mending what was published."""

from django.contrib import messages
from django.http import HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import object_deed
from mentoring.admin import pairing_words as words
from mentoring.admin.pairing_base import DeskBase, live_pairs
from mentoring.admin.pairing_run_rows import RunRows
from mentoring.models.rounds import PairingMode
from mentoring.models.runs import RunKind
from mentoring.operations import runs as operations
from mentoring.operations.desk import rehearse
from mentoring.pairing import input as pairing_input
from mentoring.pairing import run_reading as reading
from mentoring.pairing.snapshot import Snapshot
from mentoring.pairing.todo import WORDS, todo_of
from mentoring.pairing.words import Names, change_text, reasons_text
from portal import clock, i18n
from portal.errors import Refused
from portal.mail_events import EVENTS

CONFLICT = 409
KIND_NOTES = {
    RunKind.FEWEST_MOVES: _("As many mentees as possible have a mentor, and as few as possible change theirs."),
    RunKind.NO_POOR: _("No pair that fits poorly is made; under that, as few mentees as possible change mentors."),
    RunKind.FULL: _("The best pairs there are, whoever moves."),
}


class PublishingPages(DeskBase):
    """What tells people of their pairs, and what takes it back."""

    def publishing_urls(self):
        """Under the number of a run; the repair under its round."""
        pages = [
            ("mails/", "mails", self.mails_view),
            ("publish/", "publish", self.publish_view),
            ("undo/", "undo", self.undo_view),
        ]
        return [
            *self.desk_paths([("repair/", "repair", self.repair_view)]),
            *self.desk_paths(pages, "runs/<int:number>/"),
        ]

    def mails_view(self, request, round_id, number):
        """Every mail that publishing would send: it is done, and undone before anybody sees it."""
        round_, run = self.find_run(request, round_id, number)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        try:
            mails = rehearse(run.pk, by=request.user, digest=run.digest)
        except operations.Stale as stale:
            return self.stale(request, round_, run, stale.changes)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return redirect(self.run_url(run))
        return self.desk_page(
            request,
            "mails",
            round_,
            title=gettext("Mails of run %(number)s") % {"number": run.number},
            run_tabs=self.run_tabs(run, ""),
            mails=[mail_row(mail) for mail in mails],
            publish_url=self.run_url(run, "publish") if run.published_at is None else "",
        )

    def publish_view(self, request, round_id, number):
        """Asks, then publishes in one transaction; a run that answers another question by now is not published."""
        round_, run = self.find_run(request, round_id, number)
        answer = self.answer_of(run)
        stands = pairing_input.input_of(round_)
        if request.method in ("GET", "HEAD") and stands.digest != run.digest and run.published_at is None:
            return self.stale(request, round_, run, stands.changes_since(Snapshot.of_run(run)))
        begun = answer.pairs.items() - answer.published.items()
        ended = answer.published.items() - answer.pairs.items()

        def perform(data):
            operations.publish(run.pk, by=request.user, digest=request.POST.get("digest", ""))
            return gettext("Published. The mails leave in %(minutes)s minutes; until then it can be undone.") % {
                "minutes": round_.undo_minutes
            }

        try:
            return object_deed(
                self,
                request,
                run,
                label=gettext("Publish these pairs"),
                note=gettext(
                    "Both sides of every new pair are told by mail, and each mentor is asked to accept. Pairs that "
                    "stay as they are hear nothing."
                ),
                facts=[
                    (gettext("New pairs"), i18n.number(len(begun))),
                    (gettext("Pairs that stay"), i18n.number(len(answer.published) - len(ended))),
                    (gettext("Pairs that end"), i18n.number(len(ended))),
                    (gettext("Hours for mentors to accept"), round_.answer_hours),
                    (gettext("Minutes to undo it"), round_.undo_minutes),
                ],
                perform=without_stale(perform),
                back_url=self.run_url(run),
                lines=change_lines(answer, self.people_of(round_, run.facts)),
                warning=unmatched_text(answer),
                hidden=[("digest", run.digest)],
            )
        except StaleRun as stopped:
            return self.stale(request, round_, run, stopped.changes)

    def stale(self, request, round_, run, changes):
        """That the run answers another question than the one that stands now, and what sets them apart; 409.

        Locks and exclusions are rows of the round and stay; so does what was asked for, for the next run. Once
        pairs are announced the way on is a repair.
        """
        names = Names(Snapshot.of_run(run), pairing_input.input_of(round_))
        response = self.desk_page(
            request,
            "stale",
            round_,
            title=gettext("Run %(number)s is out of date") % {"number": run.number},
            run_tabs=self.run_tabs(run, ""),
            reason=str(operations.Stale(changes)),
            changes=[{"title": change_text(change, names), "user": True} for change in changes],
            kept=gettext("Locks, exclusions and the rules of the round are kept and count in the next run."),
            run_url=self.desk_url(round_, "repair" if live_pairs(round_).exists() else "start"),
            again=[("mode", run.mode)],
        )
        response.status_code = CONFLICT
        return response

    def undo_view(self, request, round_id, number):
        """Asks, then takes a publishing back while that can be done."""
        round_, run = self.find_run(request, round_id, number)

        def perform(data):
            restored = operations.undo(run.pk, by=request.user)
            text = ngettext(
                "Undone. %(count)s earlier pair is back.",
                "Undone. %(count)s earlier pairs are back.",
                len(restored),
            )
            return text % {"count": len(restored)}

        return object_deed(
            self,
            request,
            run,
            label=gettext("Undo the publishing"),
            note=gettext(
                "The pairs of this run end, those that it had ended begin anew, and mails that have not left are "
                "dropped. Whoever has been told already is told that it was taken back."
            ),
            facts=[(gettext("Possible until"), i18n.moment(run.undo_until) if run.undo_until else "–")],
            perform=perform,
            back_url=self.run_url(run),
            danger=True,
        )

    # --- mending ----------------------------------------------------------------------------------------

    def repair_view(self, request, round_id):
        """Why something is to be done, and the three exact ways to do it, side by side; POST works them out."""
        round_ = self.find_round(request, round_id)
        if request.method == "POST":
            try:
                operations.repair(round_.pk, by=request.user)
            except Refused as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            return redirect(self.desk_url(round_, "repair"))
        self.only_reading(request)
        snapshot = pairing_input.input_of(round_)
        runs = self.options(round_, snapshot)
        people = self.people_of(round_, snapshot.facts)
        answers = [self.answer_of(run) for run in runs]
        return self.desk_page(
            request,
            "repair",
            round_,
            title=gettext("Repair"),
            here="repair",
            events=event_lines(
                round_, snapshot, people, lambda code: self.mentee_url(round_, code), reader=request.user
            ),
            repair_url=self.desk_url(round_, "repair"),
            ways_columns=[run.get_kind_display() for run in runs],
            stages=words.stage_rows(words.ORDER, [answer.stages for answer in answers]) if answers else [],
            options=[self.option(run, answer, people) for run, answer in zip(runs, answers, strict=True)],
        )

    def options(self, round_, snapshot):
        """The three ways for what stands now, the latest of each kind; none where they have not been worked out."""
        found = {}
        rows = round_.runs.filter(digest=snapshot.digest, kind__in=operations.REPAIRS, mode=PairingMode.OPTIMAL)
        for run in rows.filter(published_at=None).order_by("number"):
            run.round = round_
            found[run.kind] = run
        return [found[kind] for kind in operations.REPAIRS] if len(found) == len(operations.REPAIRS) else []

    def option(self, run, answer, people):
        """One of the three ways."""
        table = RunRows(answer, people)
        return {
            "title": run.get_kind_display(),
            "note": KIND_NOTES[run.kind],
            "moves": table.moves_of(reading.difference(answer.pairs, answer.published)),
            "label": gettext("Look at run %(number)s") % {"number": run.number},
            "run_url": self.run_url(run),
            "publish_url": self.run_url(run, "publish"),
        }


class StaleRun(Exception):
    """Carries what has changed past a page that would only show the sentence."""

    def __init__(self, changes):
        self.changes = changes
        super().__init__()


def without_stale(perform):
    """`perform` whose Stale comes out as StaleRun, for it has a page of its own."""

    def performed(data):
        try:
            return perform(data)
        except operations.Stale as stale:
            raise StaleRun(stale.changes) from stale

    return performed


def change_lines(answer, people):
    """The pairs that publishing changes, by name: new ones, mentees who get another mentor, pairs that end."""
    pills = {
        "new": {"tone": "good", "icon": "check", "label": pgettext("pair", "New")},
        "changed": {"tone": "warn", "icon": "swap", "label": pgettext("pair", "Changed")},
        "removed": {"tone": "bad", "icon": "x", "label": pgettext("pair", "Removed")},
    }
    lines = []
    for mentee, before, after in reading.difference(answer.pairs, answer.published):
        what = "removed" if after is None else "new" if before is None else "changed"
        note = gettext("Until now: %(mentor)s") % {"mentor": people.mentor(before)} if what == "changed" else ""
        title = f"{people.mentor(after or before)} → {people.mentee(mentee)}"
        lines.append((list(pills).index(what), {"title": title, "note": note, "pill": pills[what]}))
    return [line for _place, line in sorted(lines, key=lambda row: (row[0], row[1]["title"]))]


def unmatched_text(answer):
    """That somebody has no mentor in the run; empty where everybody has."""
    count = len(answer.mentees) - len(answer.pairs)
    if not count:
        return ""
    text = ngettext(
        "%(count)s mentee has no mentor in this run, and is told nothing.",
        "%(count)s mentees have no mentor in this run, and are told nothing.",
        count,
    )
    return text % {"count": count}


def mail_row(mail):
    """A mail as its reader would get it."""
    declared = EVENTS.get(mail.event)
    return {
        "to": mail.person.display_name,
        "kind": declared.title if declared else mail.event,
        "language": mail.language,
        "subject": mail.subject,
        "body": mail.body,
    }


def event_lines(round_, snapshot, people, url_of, *, reader):
    """Why the announced pairs are to be looked at: what waits for staff, and what stands against a pair now."""
    lines = []
    for todo in todo_of(round_, clock.now(), reader):
        names = [todo.enrolment.person.display_name] if todo.enrolment else []
        names += [todo.mentor.name] if todo.mentor else []
        words = str(WORDS[todo.what])
        line = {"title": " – ".join(names), "note": words, "user": True} if names else {"title": words}
        if todo.rematch:
            line["url"] = reverse("admin:mentoring_rematchrequest_change", args=[todo.rematch.pk])
        elif todo.enrolment:
            line["url"] = url_of(todo.enrolment.code)
        lines.append(line)
    stands = [*snapshot.facts["kept"]]
    stands += [
        [mentee, mentor, snapshot.reasons(mentee, mentor)]
        for mentee, mentor in snapshot.published.items()
        if snapshot.reasons(mentee, mentor)
    ]
    for mentee, mentor, reasons in stands:
        title = f"{people.mentee(mentee)} – {people.mentor(mentor)}"
        lines.append({"title": title, "url": url_of(mentee), "note": reasons_text(reasons), "user": True})
    return lines
