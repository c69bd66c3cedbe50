"""What the page of a cohort says about its review rounds: dates, reviews handed in, who is behind, disagreement."""

from collections import defaultdict

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from portal import i18n
from programs import conflicts, interviews, ranking
from programs.models.applications import Application
from programs.models.selection import Review, ReviewEnd, RoundKind
from programs.operations import releases

BEHIND_ROWS = 8


class Rounds:
    """The rounds of a cohort with what their reviews count. At most six queries, whatever their number."""

    def __init__(self, cohort, now):
        self.cohort, self.now = cohort, now
        self.rounds = list(cohort.rounds.order_by("number"))
        self.current = next((row for row in self.rounds if row.released_at is None), None)
        self.handed_in = defaultdict(int)
        self.assigned = defaultdict(int)
        self.reviewers = []
        self.gaps = self.flagged = 0
        if self.rounds:
            self.count()
        if self.current:
            self.reviewers = self.read_reviewers()
            self.gaps, self.flagged = self.count_gaps(), self.count_flagged()

    def count(self):
        """Reviews assigned and handed in, of each round."""
        rows = Review.objects.live().filter(round__cohort=self.cohort).order_by().values("round")
        for row in rows.annotate(n=Count("pk"), done=Count("submitted_at")):
            self.assigned[row["round"]], self.handed_in[row["round"]] = row["n"], row["done"]

    def read_reviewers(self):
        """`(name, handed in, assigned)` of each reviewer of the current round, the furthest behind first."""
        given = Count("user__reviews", filter=self.of_current("user__reviews__"))
        done = Count("user__reviews__submitted_at", filter=self.of_current("user__reviews__"))
        people = self.current.reviewers.filter(ended_at=None).select_related("user").annotate(n=given, done=done)
        rows = [(row.user.display_name, row.done, row.n) for row in people]
        return sorted(rows, key=lambda row: (row[1] - row[2], row[0]))

    def of_current(self, prefix):
        """The live reviews of the current round, seen from another table."""
        return Q(**{f"{prefix}round": self.current, f"{prefix}ended_at": None})

    def count_gaps(self):
        """The applications in the current round with fewer reviewers than it asks for."""
        standing = Application.objects.standing_in(self.current).order_by()
        given = standing.annotate(n=Count("reviews", filter=self.of_current("reviews__")))
        return given.filter(n__lt=self.current.min_reviews).count()

    def count_flagged(self):
        """The applications on which the reviewers of the current round disagree."""
        rows = self.current.criteria.all()
        criteria = [ranking.Criterion(str(row.pk), row.weight, row.maximum, row.position) for row in rows]
        totals = defaultdict(list)
        reviews = self.current.reviews.live().exclude(submitted_at=None)
        known = conflicts.conflicts_of(self.current)
        for application, reviewer, scores in reviews.values_list("application", "reviewer", "scores"):
            value = ranking.total(scores, criteria)
            if value is not None and (application, reviewer) not in known:
                totals[application].append(value)
        return sum(
            len(values) > 1 and max(values) - min(values) >= self.current.flag_spread for values in totals.values()
        )

    @property
    def missing(self):
        """How many reviews of the current round are not handed in."""
        return self.assigned[self.current.pk] - self.handed_in[self.current.pk] if self.current else 0

    def rows(self):
        """The rounds as the page shows them."""
        return [
            {
                "title": f"{round_.number}. {round_.get_kind_display()}",
                "url": ranking_url(self.cohort, round_),
                "pill": self.pill(round_),
                "dates": i18n.span(round_.starts_at, round_.due_at),
                "announced": self.announced(round_),
                "done": self.handed_in[round_.pk],
                "assigned": self.assigned[round_.pk],
            }
            for round_ in self.rounds
        ]

    def announced(self, round_):
        """When its results come out, in words."""
        due = self.cohort.announce_at if round_ is self.rounds[-1] else round_.announce_at
        return i18n.moment(round_.released_at or due) if round_.released_at or due else gettext("not set")

    def pill(self, round_):
        """Where a round stands."""
        if round_.released_at:
            return {"tone": "done", "icon": "flag", "label": gettext("Results released")}
        if self.now < round_.starts_at:
            return {"tone": "soon", "icon": "ring", "label": gettext("Not begun")}
        if round_ is not self.current:
            return {"tone": "soon", "icon": "ring", "label": gettext("After the round before")}
        if self.now < round_.due_at:
            return {"tone": "live", "icon": "open", "label": gettext("Reviewing")}
        if self.missing:
            return {"tone": "warn", "icon": "clock", "label": gettext("Overdue")}
        return {"tone": "plain", "icon": "check", "label": gettext("Reviews are in")}

    def behind(self):
        """The reviewers who have not handed everything in, as rows, and how many more there are."""
        rows = [
            {"name": name, "done": done, "assigned": given, "percent": round(100 * done / given, 2)}
            for name, done, given in self.reviewers
            if done < given
        ]
        return rows[:BEHIND_ROWS], len(rows[BEHIND_ROWS:])

    def given_back(self):
        """How many files of the current round were given back, in words; nothing where none was."""
        count = self.current.reviews.filter(end_reason=ReviewEnd.RECUSED).count()
        if not count:
            return ""
        text = ngettext(
            "%(count)s file was given back for a conflict of interest.",
            "%(count)s files were given back for a conflict of interest.",
            count,
        )
        return text % {"count": count}

    def interviews_to_move(self):
        """The line about interviews before a panel that may not meet the applicant; none where there are none."""
        is_interview = self.current.kind == RoundKind.INTERVIEW
        count = len(interviews.to_move(self.current, self.now)) if is_interview else 0
        if not count:
            return []
        text = ngettext(
            "%(count)s interview is before a panel with a conflict of interest",
            "%(count)s interviews are before a panel with a conflict of interest",
            count,
        )
        url = reverse("admin:programs_panel_round", args=[self.current.pk])
        return [{"title": text % {"count": count}, "note": "", "url": url, "label": gettext("View")}]

    def todo(self):
        """What waits for staff in the current round: lines as the overview takes them."""
        if self.current is None or self.now < self.current.starts_at:
            return []
        late = self.now >= self.current.due_at
        due = gettext("Reviews were due %(moment)s.") if late else gettext("Reviews are due %(moment)s.")
        due = due % {"moment": i18n.moment(self.current.due_at)}
        wanted = [
            (
                self.gaps,
                ngettext(
                    "%(count)s application has too few reviewers",
                    "%(count)s applications have too few reviewers",
                    self.gaps,
                ),
                "missing",
                self.given_back(),
            ),
            (
                self.missing,
                ngettext("%(count)s review is not handed in", "%(count)s reviews are not handed in", self.missing),
                "missing",
                due,
            ),
            (
                self.flagged,
                ngettext(
                    "Reviewers disagree on %(count)s application",
                    "Reviewers disagree on %(count)s applications",
                    self.flagged,
                ),
                "flagged",
                "",
            ),
        ]
        return self.interviews_to_move() + [
            {
                "title": title % {"count": count},
                "note": note,
                "url": f"{ranking_url(self.cohort, self.current)}&show={show}",
                "label": gettext("View"),
            }
            for count, title, show, note in wanted
            if count
        ]


def ranking_url(cohort, round_):
    """The ranking of a round."""
    return f"{reverse('admin:programs_cohort_ranking', args=[cohort.pk])}?round={round_.number}"


def held_up_text(cohort):
    """That the announcement's moment has passed without a release."""
    due = releases.announced_at(cohort, releases.current_round(cohort))
    return gettext("The results were due on %(moment)s and are not out") % {"moment": i18n.moment(due)}


def held_up_line(cohort, now):
    """That results are overdue and why, as a line of what is to do; None where they are not."""
    why = releases.held_up(cohort, now)
    if not why:
        return None
    return {
        "title": held_up_text(cohort),
        "note": why,
        "url": reverse("admin:programs_cohort_release", args=[cohort.pk]),
        "label": gettext("View"),
    }


def release_line(cohort):
    """The release that is under way, as a line of what is to do; None where there is none."""
    release = releases.running(cohort)
    if release is None:
        return None
    counts = {"done": release.items.exclude(done_at=None).count(), "total": release.total}
    return {
        "title": gettext("Results are going out: %(done)s of %(total)s") % counts,
        "note": gettext("It goes on by itself."),
        "url": reverse("admin:programs_cohort_releasing", args=[cohort.pk]),
        "label": gettext("View"),
    }
