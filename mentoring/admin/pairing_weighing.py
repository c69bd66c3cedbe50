"""Weighing a run: what a pair would cost, what if something else held, another run beside it, what is published."""

from django import forms
from django.http import Http404, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_tools import number_in
from mentoring.admin import pairing_rows as rows
from mentoring.admin import pairing_words as words
from mentoring.admin.pairing_base import DeskBase, run_name
from mentoring.admin.pairing_run_rows import RunRows
from mentoring.pairing import run_reading as reading
from mentoring.pairing.rules import label as reason_label
from portal import i18n
from portal.errors import Refused

PLACES = 2  # mentors whose places can be supposed otherwise at once
MOST_PLACES = 99
SHOWN_RUNS = 8  # to compare with


class WhatIfForm(forms.Form):
    """What is supposed: other places with up to two mentors, and one pair that is possible or made."""

    mentee = forms.ChoiceField(label=_("Mentee"), required=False)
    mentor = forms.ChoiceField(label=_("Mentor"), required=False)
    pair = forms.ChoiceField(
        label=_("Suppose this pair"),
        required=False,
        choices=[("allow", _("were possible")), ("force", _("were made")), ("exclude", _("were excluded"))],
    )

    def __init__(self, *args, choices, answer, **kwargs):
        super().__init__(*args, **kwargs)
        self.answer = answer
        mentors = [("", _("Choose a mentor")), *[(row["value"], row["label"]) for row in choices["mentors"]]]
        for number in range(1, PLACES + 1):
            self.fields[f"who{number}"] = forms.ChoiceField(
                label=_("Mentor with other places (%(number)s)") % {"number": number},
                required=False,
                choices=mentors,
            )
            self.fields[f"places{number}"] = forms.IntegerField(
                label=_("Places"), required=False, min_value=0, max_value=MOST_PLACES
            )
        mentees = [(row["value"], row["label"]) for row in choices["mentees"]]
        self.fields["mentee"].choices = [("", _("Choose a mentee")), *mentees]
        self.fields["mentor"].choices = mentors
        self.order_fields([*(f"{name}{n}" for n in range(1, PLACES + 1) for name in ("who", "places"))])

    def clean(self):
        """A mentor with a number, a mentee with a mentor."""
        data = super().clean()
        for number in range(1, PLACES + 1):
            who, places = data.get(f"who{number}"), data.get(f"places{number}")
            if who and places is None and f"places{number}" not in self.errors:
                self.add_error(f"places{number}", gettext("Say how many places."))
            if places is not None and not who and f"who{number}" not in self.errors:
                self.add_error(f"who{number}", gettext("Choose whose places these are."))
        mentee, mentor = data.get("mentee"), data.get("mentor")
        if bool(mentee) != bool(mentor) and not {"mentee", "mentor"} & set(self.errors):
            missing = "mentor" if mentee else "mentee"
            self.add_error(missing, gettext("A pair is a mentee and a mentor."))
        if not self.errors and not self.supposed:
            self.add_error(None, gettext("Suppose at least one thing."))
        return data

    @property
    def capacities(self):
        """The places that are supposed, by mentor."""
        found = {}
        for number in range(1, PLACES + 1):
            if self.cleaned_data.get(f"who{number}"):
                found[self.cleaned_data[f"who{number}"]] = self.cleaned_data[f"places{number}"]
        return found

    @property
    def chosen(self):
        """The pair that is supposed, or None."""
        mentee, mentor = self.cleaned_data.get("mentee"), self.cleaned_data.get("mentor")
        return (mentee, mentor) if mentee and mentor else None

    @property
    def supposed(self):
        """What `what_if` takes; empty where nothing is supposed."""
        found = {}
        if self.capacities:
            found["capacities"] = self.capacities
        if self.chosen:
            way = self.cleaned_data["pair"] or "allow"
            found[way] = [self.chosen]
            if way == "force" and self.chosen not in self.answer.scores:
                found["allow"] = [self.chosen]
        return found


class WeighingPages(DeskBase):
    """What would be, worked out exactly and not stored."""

    def weighing_urls(self):
        """Under the number of a run."""
        pages = [
            ("cost/", "cost", self.cost_view),
            ("what-if/", "what_if", self.what_if_view),
            ("compare/", "compare", self.compare_view),
            ("difference/", "difference", self.difference_view),
        ]
        return self.desk_paths(pages, "runs/<int:number>/")

    def cost(self, run, table, mentee, mentor, *, typed="", error=""):
        """What it would cost to make one pair in a run; None where the two are not of it."""
        answer, people = table.answer, table.people
        if mentee not in answer.facts["mentees"] or mentor not in answer.capacity:
            return None
        title = f"{people.mentee(mentee)} – {people.mentor(mentor)}"
        found = {"title": title, "mentee": mentee, "mentor": mentor, "typed": typed, "error": error, "tone": ""}
        if answer.pairs.get(mentee) == mentor:
            is_locked = table.locks.get(mentee) == mentor
            text = gettext("This is the pair of this run.")
            return found | {"text": text, "can_keep": not is_locked, "needs_reason": False}
        reasons = answer.facts["excluded"].get(mentee, {}).get(mentor, [])
        lines = [str(reason_label(code)) for code in reasons]
        if reasons and not rows.can_lock_anyway(reasons):
            text = gettext("This pair is ruled out, and no reason of yours can allow it.")
            return found | {"text": text, "tone": "worse", "reasons": lines, "can_keep": False}
        pair = [(mentee, mentor)]
        try:
            best = reading.what_if(run, force=pair, allow=pair if reasons else (), keep=False)
            near = reading.what_if(run, force=pair, allow=pair if reasons else ())
        except Refused as refusal:
            return found | {"text": str(refusal), "tone": "worse", "reasons": lines, "can_keep": False}
        names = words.stages_of(answer, moved=False)
        text, tone = words.cost(names, {name: best.after[name] - best.before[name] for name in names})
        columns, stages, moved = [gettext("Now"), gettext("With this pair")], [best.before, best.after], [best]
        if near.moves != best.moves:
            columns.append(gettext("With as few moves as can be"))
            stages.append(near.after)
            moved.append(near)
        others = [table.moves_of(outcome.moves, but=(mentee,)) for outcome in moved]
        return found | {
            "text": f"{text}. {words.moving(len(others[0]))}",
            "tone": tone,
            "reasons": lines,
            "columns": columns,
            "stages": words.stage_rows([*names, "changed"], stages),
            "moves": others[0],
            "near": others[1] if len(others) > 1 else None,
            "can_keep": True,
            "needs_reason": bool(reasons),
        }

    def cost_view(self, request, round_id, number):
        """The cost of one pair for pairing.js: a part of the board, and its numbers."""
        self.only_reading(request)
        round_, run = self.find_run(request, round_id, number)
        answer = self.answer_of(run)
        table = RunRows(answer, self.people_of(round_, answer.facts), self.locks_now(round_))
        cost = self.cost(run, table, request.GET.get("mentee", ""), request.GET.get("mentor", ""))
        if cost is None:
            raise Http404
        context = {"cost": cost, "keep_url": self.run_url(run, "keep")}
        html = render_to_string("admin/mentoring/pairing/_cost.html", context, request)
        return JsonResponse({"html": html, "text": cost["text"], "can_keep": cost["can_keep"]})

    def what_if_view(self, request, round_id, number):
        """What the run would be if mentors had other places, or a pair were possible, made or excluded."""
        self.only_reading(request)
        round_, run = self.find_run(request, round_id, number)
        answer = self.answer_of(run)
        table = RunRows(answer, self.people_of(round_, answer.facts))
        asked = bool(request.GET)
        form = WhatIfForm(request.GET if asked else None, choices=table.choices("", ""), answer=answer)
        context = {"form": form, "asked": False}
        if asked and form.is_valid():
            context |= self.supposed(run, table, form)
        return self.desk_page(
            request,
            "what_if",
            round_,
            here="history",
            title=gettext("What if: run %(number)s") % {"number": run.number},
            run_tabs=self.run_tabs(run, "what_if"),
            **context,
        )

    def supposed(self, run, table, form):
        """The answer to what is supposed, beside the run."""
        try:
            found = reading.what_if(run, keep=False, **form.supposed)
        except Refused as refusal:
            return {"asked": True, "refused": str(refusal)}
        names = [*words.stages_of(table.answer, moved=False), "changed"]
        return {
            "asked": True,
            "assumptions": self.assumptions(table, form),
            "columns": [gettext("Now"), gettext("Then")],
            "stages": words.stage_rows(names, [found.before, found.after]),
            "moves": table.moves_of(found.moves),
        }

    def assumptions(self, table, form):
        """What is supposed, in sentences."""
        people, texts = table.people, []
        for mentor, places in form.capacities.items():
            text = gettext("%(mentor)s takes %(places)s instead of %(before)s.")
            before = table.answer.capacity[mentor]
            texts.append(text % {"mentor": people.mentor(mentor), "places": places, "before": before})
        if form.chosen:
            text = {
                "allow": gettext("%(mentee)s and %(mentor)s may be paired."),
                "force": gettext("%(mentee)s and %(mentor)s are paired."),
                "exclude": gettext("%(mentee)s and %(mentor)s may not be paired."),
            }[form.cleaned_data["pair"] or "allow"]
            mentee, mentor = form.chosen
            texts.append(text % {"mentee": people.mentee(mentee), "mentor": people.mentor(mentor)})
        return texts

    def compare_view(self, request, round_id, number):
        """Two runs side by side: the stages, the wishes granted, who is paired otherwise."""
        self.only_reading(request)
        round_, run = self.find_run(request, round_id, number)
        found = [row for row in round_.runs.exclude(pk=run.pk).defer("problem", "plan", "facts")[:SHOWN_RUNS]]
        other = self.other_run(round_, run, found, request.GET.get("with", ""))
        for row in found:
            row.round = round_
        context = {
            "run_tabs": self.run_tabs(run, "compare"),
            "others": [
                {
                    "label": run_name(row),
                    "url": f"?with={row.number}",
                    "current": other is not None and row.number == other.number,
                }
                for row in found
            ],
        }
        if other is not None:
            context |= self.side_by_side(run, other)
        title = gettext("Compare: run %(number)s") % {"number": run.number}
        return self.desk_page(request, "compare", round_, title=title, here="history", **context)

    def other_run(self, round_, run, found, number):
        """The run that is asked for, else the latest of the same question; None where there is no other."""
        if number:
            others = round_.runs.exclude(pk=run.pk)
            known = others.filter(number=number_in(number)).first() if number_in(number) is not None else None
            if known is None:
                raise Http404
        else:
            alike = [row for row in found if row.digest == run.digest] or found
            known = alike[0] if alike else None
        if known is not None:
            known.round = round_
        return known

    def side_by_side(self, run, other):
        """What two runs have in common and what not."""
        one, two = self.answer_of(run), self.answer_of(other)
        names = {*one.facts["mentors"], *two.facts["mentors"]}
        people = self.people_of(run.round, {"mentors": names})
        tables = [RunRows(one, people), RunRows(two, people)]
        order = words.stages_of(one)
        counts = [answer.choices() for answer in (one, two)]
        keys = sorted({*counts[0], *counts[1]}, key=words.wish_order)
        return {
            "columns": [run_name(run), run_name(other)],
            "stages": words.stage_rows(order, [one.stages, two.stages]),
            "choices": [
                {"label": words.wish_label(key), "values": [count[key] for count in counts]} for key in keys
            ],
            "moves": tables[0].moves_of(reading.difference(two.pairs, one.pairs)),
            "both": [
                {"run": run_name(each), "lines": table.blocking(mutual=True)}
                for each, table in zip((run, other), tables, strict=True)
            ],
            "links": [{"label": run_name(each), "url": self.run_url(each), "small": True} for each in (run, other)],
        }

    def difference_view(self, request, round_id, number):
        """What publishing the run would change for people, against what is published now."""
        self.only_reading(request)
        round_, run = self.find_run(request, round_id, number)
        answer = self.answer_of(run)
        live = self.published_now(round_)
        people = self.people_of(round_, {"mentors": {*answer.facts["mentors"], *live.values()}})
        found = reading.difference(answer.pairs, live)
        begun = sum(row.after is not None for row in found)
        ended = sum(row.before is not None for row in found)
        return self.desk_page(
            request,
            "difference",
            round_,
            title=gettext("Run %(number)s against what is published") % {"number": run.number},
            here="history",
            run_tabs=self.run_tabs(run, "difference"),
            facts=[
                {"term": gettext("Pairs published now"), "value": i18n.number(len(live))},
                {"term": gettext("New pairs"), "value": i18n.number(begun)},
                {"term": gettext("Pairs that stay"), "value": i18n.number(len(live) - ended)},
                {"term": gettext("Pairs that end"), "value": i18n.number(ended)},
            ],
            moves=RunRows(answer, people).moves_of(found),
            publish_url=self.run_url(run, "publish") if run.published_at is None else "",
        )
