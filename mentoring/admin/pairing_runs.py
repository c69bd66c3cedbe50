"""The pages of a run: its pairs, the board, and all runs of a round."""

from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext

from mentoring.admin import pairing_words as words
from mentoring.admin.pairing_base import DeskBase, LockForm, can_undo, kind_of, made_text, run_name, run_pill
from mentoring.admin.pairing_run_rows import SHOWN, SORTS, RunRows
from mentoring.operations import desk
from mentoring.operations import runs as operations
from mentoring.pairing import run_reading as reading
from mentoring.pairing import run_weighing as weighing
from mentoring.pairing.input import mentor_pk
from portal import clock, i18n
from portal.errors import Refused

PER_PAGE = 50


class RunPages(DeskBase):
    """What staff read of a run before they publish it."""

    def run_urls(self):
        """Under the number of a run."""
        pages = [
            ("", "run", self.run_view),
            ("board/", "board", self.board_view),
            ("keep/", "keep", self.keep_view),
            ("lock/<str:mentee>/", "toggle", self.toggle_view),
        ]
        return [
            *self.desk_paths([("runs/", "history", self.runs_view)]),
            *self.desk_paths(pages, "runs/<int:number>/"),
        ]

    # --- what stands above every page of a run -------------------------------------------------------

    def head(self, run, answer, here):
        """The tabs of a run, how it came out, and what can be done with it."""
        is_open = run.published_at is None
        return {
            "run_tabs": self.run_tabs(run, here),
            "pill": run_pill(run),
            "tally": words.tally(answer),
            "sentence": words.sentence(answer),
            "proof": proof_of(run),
            "undo": self.undo_part(run),
            "publish_url": self.run_url(run, "publish") if is_open else "",
            "mails_url": self.run_url(run, "mails") if is_open else "",
        }

    def undo_part(self, run):
        """How long the publishing can still be taken back; None where it cannot."""
        if not can_undo(run):
            return None
        words_left = gettext("{hours} h {minutes} min left")
        if run.undo_until - clock.now() < timedelta(hours=1):
            words_left = gettext("{minutes} min left")
        text = gettext("The mails leave at %(moment)s. Until then the publishing can be undone.")
        return {
            "url": self.run_url(run, "undo"),
            "deadline": run.undo_until.isoformat(),
            "now": clock.now().isoformat(),
            "hours": words_left,
            "text": text % {"moment": i18n.moment(run.undo_until)},
        }

    # --- pages ------------------------------------------------------------------------------------------

    def run_view(self, request, round_id, number):
        """The pairs of a run, and everything that speaks for or against it."""
        self.only_reading(request)
        round_, run = self.find_run(request, round_id, number)
        answer = self.answer_of(run)
        people = self.people_of(round_, answer.facts)
        table = RunRows(answer, people, self.locks_now(round_))
        sort = request.GET.get("sort", "")
        sort = sort if sort in SORTS else "worst"
        return self.desk_page(
            request,
            "run",
            round_,
            title=run_name(run),
            here="history",
            **self.head(run, answer, "run"),
            pairs=table.pairs(sort, lambda mentee, mentor: self.pair_links(run, mentee)),
            headings=table.headings(sort),
            choices=words.choices(answer),
            unmatched=table.unmatched(lambda mentee: self.mentee_url(round_, mentee)),
            prices=table.prices(reading.seats_worth(run, most=SHOWN)),
            blocking=table.blocking(),
            facts=run_facts(run),
        )

    def pair_links(self, run, mentee):
        """Where a pair is locked and changed from the table of a run."""
        return {
            "mentee_url": self.mentee_url(run.round, mentee),
            "lock_url": self.desk_url(run.round, "toggle", number=run.number, mentee=mentee),
            "change_url": f"{self.run_url(run, 'board')}?mentee={mentee}#cost",
        }

    def board_view(self, request, round_id, number):
        """Mentors with their mentees as cards; what one pair would cost where one is asked for."""
        self.only_reading(request)
        round_, run = self.find_run(request, round_id, number)
        return self.board(request, round_, run, request.GET)

    def board(self, request, round_, run, asked, *, error="", status=200):
        """The board, with the cost of what is asked for; `error` stands at the reason, which is shown as typed."""
        answer = self.answer_of(run)
        people = self.people_of(round_, answer.facts)
        table = RunRows(answer, people, self.locks_now(round_))
        mentee, mentor = asked.get("mentee", ""), asked.get("mentor", "")
        board_url = self.run_url(run, "board")
        columns, free = table.columns(
            lambda code: {
                "url": self.mentee_url(round_, code),
                "ask_url": f"{board_url}?mentee={code}#mentee",
            }
        )
        response = self.desk_page(
            request,
            "board",
            round_,
            title=gettext("Board: run %(number)s") % {"number": run.number},
            here="history",
            **self.head(run, answer, "board"),
            columns=columns,
            free=free,
            asking=table.choices(mentee, mentor),
            cost=self.cost(run, table, mentee, mentor, typed=asked.get("reason", ""), error=error),
            cost_url=self.run_url(run, "cost"),
            keep_url=self.run_url(run, "keep"),
            board_url=board_url,
        )
        response.status_code = status
        return response

    def keep_view(self, request, round_id, number):
        """Locks a pair from the board and works the pairs out anew; leads to the board of the new run."""
        round_, run = self.find_run(request, round_id, number)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        answer = self.answer_of(run)
        mentee, mentor = request.POST.get("mentee", ""), request.POST.get("mentor", "")
        form = LockForm(request.POST)
        if mentee not in answer.facts["mentees"] or mentor not in answer.capacity:
            raise Http404
        override = bool(answer.facts["excluded"].get(mentee, {}).get(mentor))
        if not form.is_valid():
            errors = " ".join(form.errors["reason"])
            return self.board(request, round_, run, request.POST, error=errors, status=400)
        try:
            new = desk.keep(
                run.pk,
                answer.facts["mentees"][mentee]["enrolment"],
                mentor_pk(mentor),
                by=request.user,
                reason=form.cleaned_data["reason"],
                override=override,
            )
        except Refused as refusal:
            return self.board(request, round_, run, request.POST, error=str(refusal), status=400)
        new.round = round_
        text = gettext("The pair is locked, and the pairs are worked out anew.")
        self.message_user(request, text, messages.SUCCESS)
        return redirect(self.run_url(new, "board"))

    def toggle_view(self, request, round_id, number, mentee):
        """Locks or unlocks a pair of the run, from its table."""
        round_, run = self.find_run(request, round_id, number)
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        answer = self.answer_of(run)
        mentor = answer.pairs.get(mentee)
        if mentor is None:
            raise Http404
        enrolment = answer.facts["mentees"][mentee]["enrolment"]
        try:
            if round_.locks.filter(enrolment=enrolment, mentor=mentor_pk(mentor)).exists():
                operations.unlock(round_.pk, enrolment, by=request.user)
                text = gettext("The pair is no longer locked.")
            else:
                operations.lock(round_.pk, enrolment, mentor_pk(mentor), by=request.user)
                text = gettext("The pair is locked. Every run keeps it.")
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, text, messages.SUCCESS)
        return redirect(self.run_url(run))

    def runs_view(self, request, round_id):
        """Every run of the round."""
        self.only_reading(request)
        round_ = self.find_round(request, round_id)
        found = round_.runs.select_related("made_by").defer("problem", "plan", "facts")
        page = Paginator(found, PER_PAGE).get_page(request.GET.get("page", ""))
        return self.desk_page(
            request,
            "history",
            round_,
            title=gettext("Runs"),
            here="history",
            page=page,
            runs=[self.history_row(round_, run) for run in page],
        )

    def history_row(self, round_, run):
        """A run in the list of all."""
        run.round = round_
        return {
            "label": gettext("Run %(number)s") % {"number": run.number},
            "url": self.run_url(run),
            "kind": kind_of(run),
            "pill": run_pill(run),
            "made": made_text(run),
            **{name: i18n.number(getattr(run, name)) for name in words.ORDER},
        }


def proof_of(run):
    """Whether the separate checker accepts the run, and what it proves."""
    if weighing.is_proved(run):
        pill = {"tone": "good", "icon": "check", "label": gettext("Proof checked")}
        text = gettext("No other plan is better, stage by stage. A separate check of the stored proof says so.")
        if run.mode == "stable":
            text = gettext("No mentee and mentor would both rather have each other. A separate check says so.")
        return {"pill": pill, "text": text}
    pill = {"tone": "bad", "icon": "warn", "label": gettext("Proof does not hold")}
    return {
        "pill": pill,
        "text": gettext("Do not publish this run. Work out the pairs anew, and tell the operators."),
    }


def run_facts(run):
    """Who made it when, from which question, and what the lottery was drawn from."""
    facts = [
        {"term": gettext("Worked out"), "value": made_text(run), "user": True},
        {"term": gettext("Kind"), "value": kind_of(run)},
        {"term": gettext("Fingerprint of the question"), "value": f"{run.digest[:16]}…"},
        {"term": gettext("Seed of the lottery"), "value": run.facts["rules"]["seed"]},
    ]
    if run.published_at:
        by = run.published_by.display_name
        facts.append(
            {"term": gettext("Published"), "value": f"{i18n.moment(run.published_at)} · {by}", "user": True}
        )
    if run.undone_at:
        by = run.undone_by.display_name
        facts.append({"term": gettext("Undone"), "value": f"{i18n.moment(run.undone_at)} · {by}", "user": True})
    return facts
