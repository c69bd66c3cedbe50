"""The table of a round: who stands in it, what the reviews say, what is staged; filtered, sorted, in pages."""

from collections import Counter
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Q
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from portal import pills
from programs import conflicts, ranking
from programs.balance import balance
from programs.models.applications import Application, ApplicationStatus, Outcome
from programs.models.forms import QuestionType
from programs.models.selection import ReleaseItem, ReviewEnd
from programs.operations.decisions import staged, waiting_list
from programs.questions.fields import answers_of
from programs.questions.loading import questions_of

S = ApplicationStatus
STANDING = (S.IN_REVIEW, S.CHANGES_REQUESTED)
PAGE_ROWS = 100
FIRST_TIME = "-first"  # no key of a question begins like this
CHOICES = (QuestionType.SINGLE, QuestionType.MULTIPLE, QuestionType.YES_NO, QuestionType.REGION)
MEASURES = {"centered": "centered", "raw": "raw", "median": "middle"}  # column: measure
COLUMNS = ("receipt", "name", "reviews", "centered", "raw", "median", "spread", "confidence", "staged")
UPWARDS = ("receipt", "name")  # what begins with the lowest; everything else with the highest


def rounded(value):
    """A figure as people compare it, to a tenth; a dash where there is none."""
    return "–" if value is None else f"{value:.1f}"


class Row:
    """One application of the table, with its Line of the ranking and what is staged."""

    def __init__(self, application, line, decision, *, place, assigned, released, stands):
        self.pk, self.application, self.line, self.decision = application.pk, application, line, decision
        self.place, self.assigned = place, assigned
        self.released = released  # the outcome with which it left the round, or nothing
        self.stands = stands  # in the round, if perhaps sent back to its applicant for something
        self.is_chosen, self.typed_place = False, ""  # as typed into a form that could not be taken

    @property
    def outcome(self):
        """What is staged, or nothing."""
        return self.decision.outcome if self.decision else ""

    @property
    def is_selected(self):
        """Whether it goes on, or did: the outcome staged, or that of the release."""
        return (self.outcome or ("" if self.stands else self.released)) in (Outcome.OFFER, Outcome.ADVANCE)

    @property
    def can_be_staged(self):
        """Whether it stands in the round, undecided or not."""
        return self.stands and self.application.status == S.IN_REVIEW

    def key(self, column):
        """What it is sorted by in a column, the first of the page lowest; None where it has no value there."""
        line = self.line
        if column in MEASURES:
            return line.ranks.get(MEASURES[column])
        return {
            "receipt": self.application.receipt_number,
            "name": self.application.full_name,
            "reviews": -len(line.totals),
            "spread": None if line.spread is None else -line.spread,
            "confidence": None if line.confidence is None else -line.confidence,
            "staged": (list(Outcome).index(self.outcome), self.place or 0) if self.outcome else None,
        }[column]

    def cells(self):
        """The columns of numbers, in their order: label, value, and the rank by it."""
        line = self.line
        spread = rounded(line.spread)
        if line.deviation is not None:
            spread = f"{spread} ({rounded(line.deviation)})"
        return [
            (_("Centered"), rounded(line.centered), line.ranks.get("centered")),
            (_("Mean"), rounded(line.raw), line.ranks.get("raw")),
            (_("Median"), rounded(line.middle), line.ranks.get("middle")),
            (_("Spread (SD)"), spread, None),
            (_("Confidence"), rounded(line.confidence), None),
        ]

    def pill(self):
        """What is staged; where its part in the round is over, how it stands now."""
        if self.outcome:
            label = Outcome(self.outcome).label
            if self.place:
                label = _("Waitlist, place %(place)s") % {"place": self.place}
            return pills.pill(pills.OUTCOME_PILLS, self.outcome, label)
        if self.can_be_staged:
            return None
        return pills.pill(pills.APPLICATION_PILLS, self.application.status, self.application.label)


class Table:
    """Everything that a page of the ranking shows of `round_` (None where a cohort has no rounds)."""

    def __init__(self, cohort, round_, user):
        self.cohort, self.round = cohort, round_
        self.criteria = list(round_.criteria.all()) if round_ else []
        self.reviews = []  # those handed in, as the ranking takes them
        self.known = conflicts.conflicts_of(round_) if round_ else {}  # scores with a conflict do not count
        self.conflicting = []  # handed in, and a conflict was found since: (application, reviewer)
        self.staged = staged(cohort, round_.number if round_ else None)
        self.rows = self.read(user)

    def read(self, user):
        """The rows: whoever stands in the round, and whoever was released from it; one's own is not among them."""
        released = dict(
            ReleaseItem.objects.filter(release__cohort=self.cohort, release__round=self.round, is_void=False)
            .exclude(done_at=None)
            .order_by("pk")
            .values_list("decision__application", "decision__outcome")
        )
        here = Q(status__in=STANDING)
        if self.round:
            here &= Q(round_number=self.round.number)
        applications = (
            Application.objects.filter(here | Q(pk__in=released), cohort=self.cohort)
            .exclude(applicant=user)
            .order_by("submitted_at", "pk")
        )
        key = self.round.discipline_key if self.round else ""
        if key:
            applications = applications.annotate(discipline=KeyTransform(key, "answers"))
        chosen = list(applications.defer("answers", "draft", "stamps", "changes_note", "changes_keys"))
        scores, assigned = self.scores()
        found = ranking.lines(
            [ranking.Entry(row.pk, row.submitted_at) for row in chosen],
            scores,
            self.ranked_criteria(),
            tie_break=self.round.tie_break if self.round else "submission",
            flag_spread=self.round.flag_spread if self.round else 101,
            min_reviews=self.round.min_reviews if self.round else 0,
        )
        places = {pk: place for place, pk in enumerate(waiting_list(self.staged), start=1)}
        return [
            Row(
                application,
                found[application.pk],
                self.staged.get(application.pk),
                place=places.get(application.pk),
                assigned=assigned[application.pk],
                released=released.get(application.pk, ""),
                stands=application.status in STANDING
                and (self.round is None or application.round_number == self.round.number),
            )
            for application in chosen
        ]

    def ranked_criteria(self):
        """The criteria as the ranking takes them."""
        return [ranking.Criterion(str(row.pk), row.weight, row.maximum, row.position) for row in self.criteria]

    def scores(self):
        """The reviews that are handed in, and of each application how many are assigned."""
        if self.round is None:
            return [], Counter()
        reviews = list(
            self.round.reviews.live().values_list(
                "application", "reviewer", "scores", "confidence", "submitted_at", named=True
            )
        )
        self.reviews = [
            ranking.Score(row.application, row.reviewer, row.scores, row.confidence)
            for row in reviews
            if row.submitted_at is not None and (row.application, row.reviewer) not in self.known
        ]
        self.conflicting = [
            (row.application, row.reviewer)
            for row in reviews
            if row.submitted_at is not None and (row.application, row.reviewer) in self.known
        ]
        return self.reviews, Counter(row.application for row in reviews)

    def not_counted(self):
        """The scores that do not count for a conflict of interest, found since or set aside, in sentences."""
        if self.round is None:
            return []
        receipts = {row.pk: row.application.receipt_number for row in self.rows}
        ended = self.round.reviews.filter(end_reason=ReviewEnd.RECUSED, submitted_at__isnull=False)
        aside = [pair for pair in ended.values_list("application", "reviewer") if pair[0] in receipts]
        found = [pair for pair in self.conflicting if pair[0] in receipts]
        people = User.objects.in_bulk({reviewer for _application, reviewer in [*aside, *found]})

        def which(pairs):
            return ", ".join(f"{receipts[pk]} · {people[reviewer].display_name}" for pk, reviewer in pairs)

        said = []
        if found:
            text = ngettext(
                "%(count)s score does not count: the portal has found a conflict of interest since it was handed "
                "in. A review is missing there. %(which)s",
                "%(count)s scores do not count: the portal has found conflicts of interest since they were handed "
                "in. Reviews are missing there. %(which)s",
                len(found),
            )
            said.append(text % {"count": len(found), "which": which(found)})
        if aside:
            text = ngettext(
                "%(count)s score was set aside for a conflict of interest; a review is missing in its place. "
                "%(which)s",
                "%(count)s scores were set aside for conflicts of interest; reviews are missing in their place. "
                "%(which)s",
                len(aside),
            )
            said.append(text % {"count": len(aside), "which": which(aside)})
        return said

    def totals(self):
        """Counts by outcome of what is staged, and how many are undecided."""
        counts = Counter(row.outcome for row in self.rows if row.can_be_staged)
        return {"staged": counts, "undecided": counts[""]}


# --- what of it is shown -------------------------------------------------------------------------------------


class Choice:
    """Filter, order and page, as the query says; what it does not know is left at what is usual."""

    def __init__(self, query, table):
        self.show = query.get("show", "")
        self.discipline = query.get("discipline", "")
        sort = query.get("sort", "")
        self.column, self.turned = sort.removeprefix("-"), sort.startswith("-")
        if self.column not in COLUMNS:
            self.column, self.turned = ("centered" if table.round else "receipt"), False
        self.query = {name: query[name] for name in ("round", "show", "discipline", "sort") if query.get(name)}
        self.filters = filters(table)
        self.disciplines = disciplines(table)

    def rows(self, table):
        """The rows that are shown on any page, in order."""
        wanted = self.filters.get(self.show, self.filters[""])[1]
        rows = [row for row in table.rows if wanted(row)]
        if self.discipline in dict(self.disciplines):
            rows = [row for row in rows if self.discipline in several(row.application.discipline)]
        rows.sort(key=lambda row: (row.application.submitted_at, row.pk))
        valued = [row for row in rows if row.key(self.column) is not None]
        valued.sort(key=lambda row: row.key(self.column), reverse=self.turned)
        return valued + [row for row in rows if row.key(self.column) is None]  # last either way

    def address(self, **changes):
        """The query of this choice, changed; a page or an opened row is left behind unless named."""
        query = {name: value for name, value in (self.query | changes).items() if value not in ("", None)}
        return f"?{urlencode(query)}"

    def headings(self, has_scores):
        """The columns with the way to sort by each."""
        titles = {
            "receipt": _("Receipt number"), "name": _("Name"), "reviews": _("Reviews"), "centered": _("Centered"),
            "raw": _("Mean"), "median": _("Median"), "spread": _("Spread (SD)"), "confidence": _("Confidence"),
            "staged": _("Staged"),
        }  # fmt: skip
        shown = COLUMNS if has_scores else ("receipt", "name", "staged")
        headings = []
        for name in shown:
            current = name == self.column
            turned = current and not self.turned
            falls = (name in UPWARDS) == self.turned
            headings.append(
                {
                    "name": name,
                    "title": titles[name],
                    "url": self.address(sort=f"-{name}" if turned else name),
                    "sorted": ("descending" if falls else "ascending") if current else "",
                }
            )
        return headings

    def chips(self, table):
        """The filters with how many each leaves."""
        return [
            {
                "label": label,
                "url": self.address(show=name),
                "count": count,
                "current": name == self.show or (not name and self.show not in self.filters),
            }
            for name, (label, wanted) in self.filters.items()
            if (count := sum(map(wanted, table.rows))) or not name or name == self.show
        ]

    def discipline_chips(self):
        """The disciplines."""
        chosen = self.discipline if self.discipline in dict(self.disciplines) else ""
        return [
            {"label": label, "url": self.address(discipline=key), "current": key == chosen}
            for key, label in [("", _("All disciplines")), *self.disciplines]
        ]


def filters(table):
    """The filters by name: their label, and whether a row passes."""

    def outcome(wanted):
        return lambda row: row.outcome == wanted

    found = {
        "": (_("All"), lambda row: True),
        "undecided": (_("Undecided"), lambda row: row.can_be_staged and not row.outcome),
        "flagged": (_("Reviewers disagree"), lambda row: row.line.is_flagged),
        "missing": (_("Too few reviews"), lambda row: row.line.missing > 0),
    }
    for each in (Outcome.ADVANCE, Outcome.OFFER, Outcome.WAITLIST, Outcome.REJECT):
        found[each.value] = (each.label, outcome(each.value))
    found["over"] = (_("No longer in this round"), lambda row: not row.can_be_staged)
    return found


def several(answer):
    """An answer as a list, whether one or several could be chosen."""
    if isinstance(answer, list):
        return answer
    return [answer] if answer else []


def disciplines(table):
    """The choices of the question on the discipline, as pairs of key and label."""
    if not table.round or not table.round.discipline_key:
        return []
    questions = questions_of(table.cohort.form_version_id)
    return next((answers_of(row) for row in questions if row.key == table.round.discipline_key), [])


def page_of(rows, number):
    """One page of the rows; a number that there is not gives the nearest."""
    return Paginator(rows, PAGE_ROWS).get_page(number)


# --- the balance ---------------------------------------------------------------------------------------------


def attributes(cohort):
    """By what they can be compared: `{key: (label, choices)}` of the form's questions, and the first time."""
    asked = {
        question.key: (question.label, dict(answers_of(question)))
        for question in questions_of(cohort.form_version_id)
        if question.type in CHOICES
    }
    first = {"yes": _("First application"), "no": _("Has applied before")}
    return {FIRST_TIME: (_("First time or not"), first)} | asked


def balance_of(table, key, choices):
    """The Balance of a table by one attribute, as rows to show. One query."""
    groups = groups_of(table, key)
    found = balance([(groups.get(row.pk, ()), row.is_selected) for row in table.rows])
    rows = []
    for row in found.rows:
        selected = None if row.selected is None else round(100 * row.selected / found.selected)
        rows.append(
            {
                "label": ", ".join(" + ".join(str(choices.get(part, part)) for part in group) or _("No answer")
                                   for group in row.groups),
                "applied": row.applied,
                "applied_percent": round(100 * row.applied / found.applied),
                "selected": row.selected,
                "selected_percent": selected,
            }
        )  # fmt: skip
    return {"rows": rows, "applied": found.applied, "selected": found.selected}


def groups_of(table, key):
    """`{application: group}` by an attribute; the group is what was chosen, sorted, so that it is one a person."""
    chosen = Application.objects.filter(pk__in=[row.pk for row in table.rows]).order_by()
    if key != FIRST_TIME:
        answers = chosen.annotate(answer=KeyTransform(key, "answers")).values_list("pk", "answer")
        return {pk: tuple(sorted(str(part) for part in several(answer))) for pk, answer in answers}
    before = Application.objects.exclude(status=S.DRAFT).exclude(cohort=table.cohort).order_by()
    known = set(chosen.filter(applicant__in=before.values("applicant")).values_list("pk", flat=True))
    return {row.pk: ("no",) if row.pk in known else ("yes",) for row in table.rows}


# --- one application ---------------------------------------------------------------------------------------------


def opened(table, pk):
    """The reviews of one application, each with its scores and comments; None where it is not in the table."""
    row = next((row for row in table.rows if str(row.pk) == pk), None)
    if row is None or table.round is None:
        return None
    criteria = table.ranked_criteria()
    strict = ranking.strictness(
        [
            (score.application, score.reviewer, value)
            for score in table.reviews
            if (value := ranking.total(score.scores, criteria)) is not None
        ]
    )
    reviews = table.round.reviews.live().filter(application=row.pk).select_related("reviewer").order_by("pk")
    lines = []
    for review in reviews:
        barred = (row.pk, review.reviewer_id) in table.known
        given = ranking.total(review.scores, criteria) if review.submitted_at and not barred else None
        lines.append(
            {
                "code": review.code,
                "name": review.reviewer.display_name,
                "is_handed_in": review.submitted_at is not None,
                "is_barred": barred,
                "total": rounded(given),
                "strictness": f"{strict[review.reviewer_id]:+.1f}" if given is not None else "–",
                "scores": [
                    {"title": row.title, "points": review.scores.get(str(row.pk), "–"), "maximum": row.maximum}
                    for row in table.criteria
                ],
                "confidence": review.confidence,
                "comment_staff": review.comment_staff,
                "comment_applicant": review.comment_applicant,
            }
        )
    return {"row": row, "reviews": lines}


def staged_message(count, outcome):
    """What was staged, in a sentence."""
    if outcome == Outcome.UNDO:
        return ngettext("%(count)s decision taken back.", "%(count)s decisions taken back.", count) % {
            "count": count
        }
    text = ngettext("%(outcome)s: staged for %(count)s.", "%(outcome)s: staged for %(count)s.", count)
    return text % {"outcome": outcome.label, "count": count}
