"""The ranking of a round: reviews side by side, decisions staged by people, one by one or together."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from programs import seating
from programs.admin import overview
from programs.admin import ranking_table as tables
from programs.models.applications import Outcome, ReasonCode
from programs.operations import decisions, releases
from programs.ranking import SHRINK

LONGEST = 6  # digits of a number that is typed


class RankingPages:
    """Adds the ranking of its rounds to the pages of a cohort."""

    def ranking_view(self, request, cohort_id):
        """The table of one round (`?round=`, else of the one whose results come next); POST stages decisions."""
        cohort = self.find(request, cohort_id)
        if not cohort.is_reviewed:
            raise Http404
        rounds = list(cohort.rounds.order_by("number"))
        round_ = chosen_round(cohort, rounds, request.GET.get("round", ""))
        table = tables.Table(cohort, round_, request.user)
        choice = tables.Choice(request.GET, table)
        typed = None
        if request.method == "POST":
            if (done := self.stage(request, table, choice)) is not None:
                return done
            typed = request.POST
        rows = choice.rows(table)
        opened = tables.opened(table, request.GET.get("open", ""))
        if opened and round_.released_at is None:
            for line in opened["reviews"]:
                line["take_back_url"] = self.round_url(round_, "round_take_back", code=line["code"])
        is_last = not rounds or round_ == rounds[-1]
        now = clock.now()
        outcomes = [Outcome.OFFER, Outcome.WAITLIST] if is_last else [Outcome.ADVANCE]
        too_late = {outcome: decisions.too_late_for(cohort, outcome, now) for outcome in outcomes}
        counted = seating.seats(cohort, now)
        return self.page(
            request,
            "admin/programs/ranking.html",
            cohort,
            title=_("Ranking"),
            cohort_name=overview.name_of(cohort),
            overview_url=self.overview_url(cohort),
            round=round_,
            rounds=round_chips(rounds, round_),
            tie_break=round_.get_tie_break_display() if round_ else "",
            flag_spread=round_.flag_spread if round_ else None,
            shrink=SHRINK,
            chips=choice.chips(table),
            disciplines=choice.discipline_chips() if choice.disciplines else [],
            headings=choice.headings(bool(round_)),
            page=tables.page_of(rows, request.GET.get("page", "")),
            page_query=choice.address().removeprefix("?"),
            shown=len(rows),
            action=request.get_full_path(),
            opened=opened,
            opened_pk=opened["row"].pk if opened else None,
            open_address=choice.address(page=request.GET.get("page", ""), open="0").removesuffix("0"),
            close_address=choice.address(page=request.GET.get("page", "")),
            outcomes=[outcome for outcome in outcomes if not too_late[outcome]],
            too_late=[why for why in too_late.values() if why],
            not_counted=table.not_counted(),
            can_stage=cohort.cancelled_at is None,
            typed=typed_again(typed, rows),
            reasons=ReasonCode.choices,
            has_places=too_late.get(Outcome.WAITLIST) == "",
            totals=totals(table, counted, is_last=is_last),
            balance=balance(table, choice, request.GET.get("balance", "")),
        )

    def stage(self, request, table, choice):
        """Stage the decision of the button that was pressed; then back to the same rows in the same order.

        None where nothing was staged: the page is shown again with what was typed.
        """
        outcome = request.POST.get("outcome", "")
        if outcome not in Outcome.values:
            raise Http404
        rows = [row for row in choice.rows(table) if row.can_be_staged]
        chosen = set(request.POST.getlist("chosen"))
        first = whole(request.POST.get("first", ""))
        typed = {row.pk: whole(request.POST.get(f"place-{row.pk}", "")) for row in rows}
        places = {pk: place for pk, place in typed.items() if place and outcome == Outcome.WAITLIST}
        picked = [
            row.pk for number, row in enumerate(rows) if str(row.pk) in chosen or number < first or row.pk in places
        ]
        if not picked:
            text = _("Choose applications, or type how many of the first ones.")
            self.message_user(request, text, messages.ERROR)
            return None
        try:
            decisions.stage_decisions(
                picked,
                outcome,
                by=request.user,
                reason_code=known_reason(request.POST.get("reason_code", "")),
                places=places,
            )
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
            return None
        said = tables.staged_message(len(picked), Outcome(outcome))
        self.message_user(request, said, messages.SUCCESS)
        return redirect(request.get_full_path())


def typed_again(post, rows):
    """What was typed into a form that could not be taken, for the page to show again; nothing on any other."""
    if post is None:
        return {}
    chosen = set(post.getlist("chosen"))
    for row in rows:
        row.is_chosen = str(row.pk) in chosen
        row.typed_place = post.get(f"place-{row.pk}", "")[:LONGEST]
    return {
        "first": post.get("first", "")[:LONGEST],
        "reason_code": known_reason(post.get("reason_code", "")),
    }


def whole(text):
    """A whole number that somebody typed; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else 0


def known_reason(code):
    """A reason code that there is, else none."""
    return code if code in ReasonCode.values else ""


def chosen_round(cohort, rounds, number):
    """The round of that number, else the one whose results come next; None where there are no rounds."""
    if not number:
        return releases.current_round(cohort)
    found = next((round_ for round_ in rounds if str(round_.number) == number), None)
    if found is None:
        raise Http404
    return found


def round_chips(rounds, current):
    """The rounds to choose from, where there are several."""
    if len(rounds) < 2:
        return []
    return [
        {
            "label": f"{round_.number}. {round_.get_kind_display()}",
            "url": f"?round={round_.number}",
            "current": round_ == current,
        }
        for round_ in rounds
    ]


def totals(table, counted, *, is_last):
    """What is staged against the seats: facts, and a warning where there would be too many offers."""
    staged = table.totals()
    counts = staged["staged"]
    if not is_last:
        return {
            "facts": [
                (Outcome.ADVANCE.label, counts[Outcome.ADVANCE]),
                (Outcome.REJECT.label, counts[Outcome.REJECT]),
                (_("Undecided"), staged["undecided"]),
                (_("Seats of the cohort"), counted.capacity),
            ],
            "over": 0,
        }
    left = counted.free + counted.reserved - counts[Outcome.OFFER]
    return {
        "facts": [
            (_("Seats free"), counted.free),
            (_("Kept for partners"), counted.reserved),
            (Outcome.OFFER.label, counts[Outcome.OFFER]),
            (_("Left after that"), max(left, 0)),
            (Outcome.WAITLIST.label, counts[Outcome.WAITLIST]),
            (Outcome.REJECT.label, counts[Outcome.REJECT]),
            (_("Undecided"), staged["undecided"]),
        ],
        "over": max(-left, 0),
    }


def balance(table, choice, key):
    """The attributes to compare by, and the comparison by the chosen one."""
    known = tables.attributes(table.cohort)
    chips = [
        {"label": label, "url": f"{choice.address(balance=name)}#balance", "current": name == key}
        for name, (label, _choices) in known.items()
    ]
    if key not in known:
        return {"chips": chips, "table": None}
    label, choices = known[key]
    return {"chips": chips, "label": label, "table": tables.balance_of(table, key, choices)}
