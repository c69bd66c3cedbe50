"""The desk of a reviewer, and what they read of one application. Reads only.

In a blind round nothing here names the applicant: `reader_of` says whose answers are read, files go out under names
of ours, letters without those who wrote them.
"""

import hashlib
import re
from dataclasses import dataclass, field
from types import SimpleNamespace

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal import clock, i18n, pills, uploads
from programs import conflicts, letters, ranking, sent
from programs.models.forms import Question, QuestionType
from programs.models.selection import OthersShown, Review, ReviewEnd, Reviewer
from programs.questions.loading import questions_of
from programs.questions.showing import READS, is_readable, row_of

ANCHOR = re.compile(r"\s*(\d{1,3})\s*[:：]\s*(\S.*?)\s*")
HIDDEN = "○○○"  # stands where a name was


class ReviewState(models.TextChoices):
    """Where a file stands with its reviewer; the words are the ones they read."""

    WAITING = "waiting", gettext_lazy("Not begun")
    BEGUN = "begun", gettext_lazy("Begun")
    HANDED_IN = "handed_in", gettext_lazy("Handed in")
    CONFLICT = "conflict", gettext_lazy("Conflict of interest")
    MISSED = "missed", gettext_lazy("Not handed in")
    GIVEN_BACK = "given_back", pgettext_lazy("review", "Given back")
    TAKEN_BACK = "taken_back", gettext_lazy("Taken back by staff")


def anchors_of(criterion):
    """What its scores mean, `{points: words}`: one a line, “5: …”; other lines are left out."""
    found = (ANCHOR.fullmatch(line) for line in criterion.anchors.splitlines())
    return {int(match[1]): match[2] for match in found if match and int(match[1]) <= criterion.maximum}


def total_of(review, criteria):
    """The review as points of 100, by the weights; None while a criterion has no score."""
    value = ranking.total(
        review.scores, [ranking.Criterion(str(row.pk), row.weight, row.maximum, row.position) for row in criteria]
    )
    return None if value is None else round(value, 1)


def reader_of(round_):
    """As whom its reviewers read answers."""
    return "blind" if round_.is_blind else "reviewer"


def state_of(review, now, barred=False):
    """The ReviewState of a review at `now`; `barred` where a conflict was found."""
    if review.ended_at is not None:
        return ReviewState.GIVEN_BACK if review.end_reason == ReviewEnd.RECUSED else ReviewState.TAKEN_BACK
    if barred:
        return ReviewState.CONFLICT
    if review.submitted_at is not None:
        return ReviewState.HANDED_IN
    if review.round.is_over_at(now):
        return ReviewState.MISSED
    return ReviewState.BEGUN if review.revision else ReviewState.WAITING


def pill_of(state):
    """The state as a pill."""
    return pills.pill(pills.REVIEW_PILLS, state, state.label)


# --- the order in which somebody reads ------------------------------------------------------------------------


def place(*names):
    """A number below 2**64 that is always the same for the same names."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, names)).encode()).digest()[:8])


def rotated(reviews, user):
    """Reviews in the order in which `user` reads them: one ring for all, which each reviewer enters elsewhere.

    So no file is always read last, and a file that comes or goes moves none of the others.
    """
    start = place("reviewer", user.pk)
    return sorted(
        reviews, key=lambda review: ((place("file", review.application_id) - start) % 2**64, review.application_id)
    )


# --- the desk ---------------------------------------------------------------------------------------------------


@dataclass
class Desk:
    """One round on the desk: `rows` are the files with the reviewer, `ended` those given or taken back."""

    reviewer: Reviewer
    round: object
    cohort: object
    rows: list = field(default_factory=list)
    ended: list = field(default_factory=list)
    done: int = 0
    total: int = 0
    next_url: str = ""
    has_begun: bool = False
    is_open: bool = False
    needs_pledge: bool = False
    pledge_url: str = ""

    @property
    def percent(self):
        """How much is handed in."""
        return round(100 * self.done / self.total, 2) if self.total else 0

    @property
    def is_over(self):
        """Whether nothing is left to read: the files have gone on, or their time is over."""
        return self.has_begun and not self.is_open and not self.rows


def is_with_reviewer(review, now):
    """Whether its reviewer may open it, as `Review.objects.visible_to` has it."""
    return review.ended_at is None and review.round.starts_at <= now and review.application.stands_in(review.round)


def invitations(user):
    """The rounds to which `user` is invited, the one due next first."""
    rows = Reviewer.objects.filter(user=user, ended_at=None).select_related("round__cohort__program")
    return rows.order_by("-round__due_at", "pk")


def address_of_round(name, round_):
    """The address of a page about a round, without any number of a row."""
    return reverse(name, args=[round_.cohort.program.slug, round_.cohort.slug, round_.number])


def desks(user):
    """A Desk for each round of `user`, the one due next first. The same number of queries for one file and many."""
    now = clock.now()
    found = {}
    for reviewer in invitations(user):
        round_ = reviewer.round
        found[round_.pk] = Desk(
            reviewer,
            round_,
            round_.cohort,
            has_begun=round_.starts_at <= now,
            is_open=round_.takes_reviews_at(now),
            needs_pledge=reviewer.pledged_at is None,
            pledge_url=address_of_round("review-pledge", round_),
        )
    by_round = {}
    for review in Review.objects.filter(reviewer=user, round__in=found).select_related("application", "round"):
        review.round = found[review.round_id].round
        by_round.setdefault(review.round_id, []).append(review)
    topics = disciplines(review for reviews in by_round.values() for review in reviews)
    for key, reviews in by_round.items():
        fill(found[key], rotated(reviews, user), user, topics, now)
    return sorted(
        found.values(), key=lambda desk: (not desk.is_open, abs((desk.round.due_at - now).total_seconds()))
    )


def fill(desk, reviews, user, topics, now):
    """Put the files of a round on its desk."""
    live = [review for review in reviews if is_with_reviewer(review, now)]
    barred = conflicts.conflicts_of(
        desk.round, reviewers=[user.pk], applications=[review.application_id for review in live]
    )
    for review in reviews:
        state = state_of(review, now, (review.application_id, user.pk) in barred)
        row = {
            "review": review,
            "title": review.application.receipt_number,
            "note": " · ".join(filter(None, [topics.get(review.pk), name_of(review)])),
            "state": state,
            "pill": pill_of(state),
        }
        if review.ended_at is not None:
            desk.ended.append(row | {"url": ""})
        elif review in live:
            url = "" if desk.needs_pledge else reverse("review", args=[review.code])
            desk.rows.append(row | {"url": url})
        elif review.submitted_at is not None:
            desk.done += 1
            desk.total += 1
    counted = [row for row in desk.rows if row["state"] != ReviewState.CONFLICT]
    desk.total += len(counted)
    desk.done += sum(row["review"].submitted_at is not None for row in counted)
    if desk.is_open and not desk.needs_pledge:
        desk.next_url = next((row["url"] for row in counted if row["review"].submitted_at is None), "")


def name_of(review):
    """Who applied, where names are shown."""
    return "" if review.round.is_blind else review.application.full_name


def disciplines(reviews):
    """The answer to each round's question on the discipline, in words, by the id of the review; one query."""
    reviews = [review for review in reviews if review.round.discipline_key]
    if not reviews:
        return {}
    versions = {review.application.form_version_id for review in reviews}
    keys = {review.round.discipline_key for review in reviews}
    asked = {(row.version_id, row.key): row for row in Question.objects.filter(version__in=versions, key__in=keys)}
    found = {}
    for review in reviews:
        question = asked.get((review.application.form_version_id, review.round.discipline_key))
        if question is not None and is_readable(question, reader_of(review.round)):
            row = row_of(question, review.application.answers.get(question.key))
            if not row["blank"]:
                found[review.pk] = row.get("text") or ", ".join(row.get("entries", ()))
    return found


def for_person(user):
    """A line for each round that is open to `user`, for their own page; two queries at most."""
    now = clock.now()
    rows = [row for row in invitations(user) if not row.round.is_over_at(now)]
    if not rows:
        return []
    mine = Review.objects.live().filter(reviewer=user, round__in=[row.round_id for row in rows])
    counted = {}
    for review in mine.select_related("application", "round"):
        if review.submitted_at is not None or review.application.stands_in(review.round):
            done, total = counted.get(review.round_id, (0, 0))
            counted[review.round_id] = (done + (review.submitted_at is not None), total + 1)
    return [person_line(row.round, *counted.get(row.round_id, (0, 0))) for row in rows]


def person_line(round_, done, total):
    """One round on its reviewer's own page."""
    cohort = round_.cohort
    return {
        "url": reverse("reviews"),
        "title": cohort.program.title,
        "title_lang": i18n.language_of(cohort.program, "title"),
        "note": f"{cohort.label} · {round_.get_kind_display()} · "
        + _("%(done)s of %(total)s handed in") % {"done": done, "total": total},
        "side": i18n.deadline(round_.due_at),
    }


# --- one file ---------------------------------------------------------------------------------------------------


@dataclass
class File:
    """What is read of one application: the answers by part, letters, and the Uploads by code with their names."""

    parts: list
    letters: list
    uploads: dict


def file_of(review):
    """The application of a review as its reviewer reads it."""
    application, blind = review.application, review.round.is_blind
    reader = reader_of(review.round)
    found = {}
    parts = sent.parts(application, reader=reader, with_names=not blind)
    for part in parts:
        for row in part["rows"]:
            if "files" in row:
                row["files"] = [
                    given_out(found, upload, application, row["key"], blind, len(row["files"]) > 1 and number)
                    for number, upload in enumerate(row["files"], start=1)
                ]
    return File(parts, letters_of(application, reader, blind, found), found)


def given_out(found, upload, application, key, blind, number):
    """A file as it is named to its reader; in `found` by its code. In a blind round the name is ours."""
    name = upload.name
    if blind:
        counted = f"{key}-{number}" if number else key
        name = f"{application.receipt_number}-{counted}{uploads.ENDINGS[upload.kind][0]}"
    found[upload.code] = (upload, name)
    return SimpleNamespace(code=upload.code, name=name, size=upload.size)


def letters_of(application, reader, blind, found):
    """The reference letters that `reader` reads; in a blind round without the referee, and without names we know.

    A letter belongs to its question: who reads the one reads the other.
    """
    questions = [
        question
        for question in questions_of(application.form_version_id)
        if question.type == QuestionType.REFEREE and question.audience in READS[reader]
    ]
    if not questions:
        return []
    rows = application.references.filter(ended_at=None, question_key__in=[question.key for question in questions])
    asked = {request.question_key: request for request in rows.select_related("upload")}
    return [
        letter_of(application, question, asked[question.key], blind, found)
        for question in questions
        if question.key in asked
    ]


def letter_of(application, question, request, blind, found):
    """One letter: what it is called, by whom, what it says."""
    request.application = application
    state = letters.state(request, clock.now())
    text = request.text
    if blind:
        person = application.applicant
        known = [application.full_name, application.romanized_name, person.full_name, person.romanized_name]
        text = without_names(text, known, also=[person.email, request.name, request.email])
    file = None
    if request.upload is not None:
        file = given_out(found, request.upload, application, question.key, blind, 0)
    return {
        "label": question.label,
        "lang": i18n.language_of(question, "label"),
        "referee": "" if blind else ", ".join(filter(None, [request.name, request.affiliation])),
        "pill": pills.pill(pills.LETTER_PILLS, state, state.label),
        "text": text,
        "file": file,
    }


def without_names(text, names, also=()):
    """`text` without `names`: whole, the other way round, and a Korean given name alone; and without `also`."""
    known = set(filter(None, also))
    for name in filter(None, names):
        known |= {name, " ".join(reversed(name.split()))}
        if i18n.language_of_text(name) == i18n.KO and len(name) > 2 and " " not in name:
            known.add(name[1:])
    for name in sorted(known, key=len, reverse=True):
        text = re.sub(re.escape(name), HIDDEN, text, flags=re.IGNORECASE)
    return text


# --- the reviews of others --------------------------------------------------------------------------------------


def score_line(criterion, points):
    """A score to be read."""
    lang = i18n.language_of(criterion, "title")
    return {"title": criterion.title, "lang": lang, "points": points, "of": criterion.maximum}


def shows_others(review):
    """Whether its reviewer sees now what others handed in about the same application."""
    rule = review.round.others_shown
    return rule == OthersShown.ALWAYS or (rule == OthersShown.AFTER_OWN and review.submitted_at is not None)


def others_of(review, criteria):
    """What others handed in, as far as the round shows it now: scores, total, and the words for the applicant.

    In a blind round reviewers are letters, given in the order in which the file was assigned.
    """
    if not shows_others(review):
        return []
    rows = Review.objects.filter(round=review.round_id, application=review.application_id)
    every = list(rows.exclude(pk=review.pk).select_related("reviewer").order_by("pk"))
    found = []
    for number, other in enumerate(every):
        if other.ended_at is not None or other.submitted_at is None:
            continue
        letter = _("Reviewer %(letter)s") % {"letter": chr(ord("A") + number) if number < 26 else number + 1}
        name = letter if review.round.is_blind else other.reviewer.display_name
        scores = [
            score_line(criterion, other.scores[str(criterion.pk)])
            for criterion in criteria
            if str(criterion.pk) in other.scores
        ]
        found.append(
            {
                "name": name,
                "lang": i18n.language_of_text(name) if not review.round.is_blind else "",
                "total": total_of(other, criteria),
                "scores": scores,
                "comment": other.comment_applicant,
            }
        )
    return found
