"""A reviewer's desk, the pledge before it opens, and the page on which one application is read and scored."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import clock, i18n, uploads
from portal.errors import Refused
from programs import conflicts, interviews, reviewing
from programs.models.selection import Review, Reviewer
from programs.operations import reviews as operations
from programs.operations.drafts import Stale
from programs.review_forms import GiveBackForm, PledgeForm, ReviewForm, saved
from programs.reviewing import ReviewState
from programs.views.writing import known_revision

KEPT = ["scores", "comment_staff", "comment_applicant", "confidence", "revision", "saved_at", "submitted_at"]
FILE = "file"  # stands for a file's code where only the rest of the address is wanted


@require_safe
def desk(request):
    """What is with the reviewer, round by round. For anyone who was never invited there is no such page."""
    found = reviewing.desks(request.user)
    if not found:
        raise Http404
    context = {"desks": [row for row in found if not row.is_over], "earlier": [row for row in found if row.is_over]}
    context["has_interviews"] = interviews.is_on_panel(request.user)
    return render(request, "programs/reviews/desk.html", context)


# --- before anything is read ------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def pledge(request, program, cohort, number):
    """The pledge of confidentiality and the conflicts of interest, before the files of a round open."""
    invited = get_object_or_404(
        Reviewer.objects.filter(user=request.user, ended_at=None).select_related("round__cohort__program"),
        round__cohort__program__slug=program,
        round__cohort__slug=cohort,
        round__number=number,
        round__starts_at__lte=clock.now(),
    )
    if invited.pledged_at is not None:
        return redirect("reviews")
    [mine] = [row for row in reviewing.desks(request.user) if row.reviewer.pk == invited.pk]
    rows = [row for row in mine.rows if row["state"] != ReviewState.CONFLICT]
    form = PledgeForm(request.POST if request.method == "POST" else None, rows=rows)
    if request.method == "POST" and form.is_valid():
        try:
            given_back = operations.pledge(invited.pk, by=request.user, declared=form.declared())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("Thank you. The files are open now.")
            if given_back:
                text += " " + _("Given back for a conflict of interest: %(count)s.") % {"count": given_back}
            messages.success(request, text)
            return redirect("reviews")
    context = {"form": form, "round": invited.round, "cohort": invited.round.cohort, "desk": mine}
    return render(request, "programs/reviews/pledge.html", context)


# --- one file ---------------------------------------------------------------------------------------------------


def find(request, code):
    """The review with that code if it is with this person now, else 404."""
    rows = Review.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("round__cohort__program", "application__applicant"), code=code)


class Open:
    """A file as it stands with its reviewer: whether it may be read, and what stands before and after it."""

    def __init__(self, review):
        self.review, self.round = review, review.round
        self.now = clock.now()
        self.has_pledged = Reviewer.objects.filter(
            round=self.round, user=review.reviewer_id, pledged_at__isnull=False
        ).exists()
        rows = Review.objects.visible_to(review.reviewer).filter(round=self.round)
        self.mine = reviewing.rotated(rows.only("pk", "code", "application", "submitted_at"), review.reviewer)
        found = conflicts.conflicts_of(
            self.round, reviewers=[review.reviewer_id], applications=[row.application_id for row in self.mine]
        )
        barred = {application for application, _user in found}
        self.is_barred = review.application_id in barred
        self.mine = [row for row in self.mine if row.application_id not in barred or row.pk == review.pk]
        self.place = [row.pk for row in self.mine].index(review.pk)
        self.done = sum(row.submitted_at is not None for row in self.mine)

    @property
    def is_open(self):
        """Whether it may be written on."""
        return self.round.takes_reviews_at(self.now)

    @property
    def around(self):
        """The addresses of the file before, the file after and the next one that is not handed in."""
        before = self.mine[self.place - 1] if self.place else None
        after = self.mine[self.place + 1] if self.place + 1 < len(self.mine) else None
        order = self.mine[self.place + 1 :] + self.mine[: self.place]
        unscored = next((row for row in order if row.submitted_at is None), None) if self.is_open else None
        named = {"before": before, "after": after, "unscored": unscored}
        return {name: reverse("review", args=[row.code]) if row else "" for name, row in named.items()}


def door(request, file):
    """What stands in the way of a file: the pledge, or a conflict of interest. None where nothing does."""
    if not file.has_pledged:
        return redirect(reviewing.address_of_round("review-pledge", file.round))
    if file.is_barred:
        return render(request, "programs/reviews/barred.html", {"review": file.review, "cohort": file.round.cohort})
    return None


@require_safe
def review(request, code):
    """One application, to be read and scored."""
    file = Open(find(request, code))
    return door(request, file) or review_page(request, file)


def review_page(request, file, *, form=None, stale=None, refusal=None, theirs=()):
    """The page; with `form` the one that could not be taken, with what was typed."""
    found = file.review
    criteria = list(file.round.criteria.all())
    if form is None and file.is_open:
        form = ReviewForm(review=found, criteria=criteria)
    read = reviewing.file_of(found)
    state = reviewing.state_of(found, file.now)
    counted = {"place": file.place + 1, "count": len(file.mine)}
    context = {
        "review": found,
        "round": file.round,
        "cohort": file.round.cohort,
        "title": found.application.receipt_number,
        "pill": reviewing.pill_of(state),
        "lead": lead(found, file.is_open),
        "facts": [
            {"term": _("Reviews are due"), "value": due(file.round)},
            {"term": _("In your order"), "value": _("%(place)s of %(count)s") % counted},
            {"term": pgettext("reviews", "Handed in"), "value": f"{file.done} / {len(file.mine)}"},
        ],
        "around": file.around,
        "parts": read.parts,
        "letters": read.letters,
        "file_base": reverse("review-file", args=[found.code, FILE]).removesuffix(f"{FILE}/"),
        "form": form,
        "is_unsaved": bool(stale or refusal),
        "stale": stale,
        "theirs": theirs,
        "refusal": refusal,
        "own": None if form is not None else own_words(found, criteria),
        "saved": saved_word(found) if found.revision else "",
        "others": reviewing.others_of(found, criteria),
        "shows_others": reviewing.shows_others(found),
        "may_give_back": found.submitted_at is None,
    }
    return render(request, "programs/reviews/review.html", context)


def due(round_):
    """When the reviews of a round are due, and how far off that is."""
    text = i18n.deadline(round_.due_at)
    return f"{text} · {i18n.days_left(round_.due_at)}" if round_.takes_reviews_at(clock.now()) else text


def lead(found, is_open):
    """What can be done with it now."""
    if not is_open:
        return _("The time for reviews is over. You can still read the file.")
    if found.submitted_at is not None:
        return _("Handed in on %(moment)s. Until the reviews are due you may change it; changes count at once.") % {
            "moment": i18n.moment(found.submitted_at)
        }
    return _("What you enter is saved by itself, and counts once you hand it in.")


def own_words(found, criteria):
    """One's own review, to be read when its time is over."""
    scores = [reviewing.score_line(criterion, found.scores.get(str(criterion.pk), "–")) for criterion in criteria]
    return {"scores": scores, "total": reviewing.total_of(found, criteria) if found.submitted_at else None}


def saved_word(found):
    """When it was last saved, in words."""
    return _("Saved at %(time)s.") % {"time": i18n.clock_time(found.saved_at)}


# --- writing ----------------------------------------------------------------------------------------------------


@require_POST
def save(request, code):
    """Keep what was typed, and with the button `submit` hand it in. What is valid is kept whatever else is not."""
    found = find(request, code)
    is_autosave = request.headers.get("X-Autosave") == "1"
    criteria = list(found.round.criteria.all())
    draft = ReviewForm(request.POST, review=found, criteria=criteria, as_draft=True)
    typed, lost = draft.typed()
    whole = ReviewForm(request.POST, review=found, criteria=criteria)
    submit = "submit" in request.POST and not is_autosave
    base = known_revision(request)
    said = {"by": request.user, "base": -1 if base is None else base}  # a form of no known state takes no place
    try:
        if submit and whole.is_valid():
            operations.hand_in_review(found.pk, typed=whole.cleaned_data, **said)
            messages.success(request, _("The review is handed in."))
            return redirect("review", found.code)
        kept = operations.save_review(found.pk, typed=typed, **said)
    except Stale as stale:
        return of_stale(request, found, criteria, draft, stale, is_autosave)
    except Refused as refusal:
        return of_refusal(request, found, draft, refusal, is_autosave)
    if is_autosave:
        return JsonResponse({"saved": saved_word(kept), "revision": kept.revision, "lost": lost})
    if submit or lost:
        return shown_again(request, found, whole if submit else draft)
    messages.success(request, saved_word(kept))
    return redirect("review", found.code)


def shown_again(request, found, form, **context):
    """The page with what was typed, or what stands before it by now; 404 where the file has left its reviewer."""
    if not Review.objects.visible_to(request.user).filter(pk=found.pk).exists():
        raise Http404
    found.refresh_from_db(fields=KEPT)
    file = Open(found)
    return door(request, file) or review_page(request, file, form=form, **context)


def of_stale(request, found, criteria, draft, stale, is_autosave):
    """Another window has saved something else: nothing is overwritten, the person chooses."""
    found.refresh_from_db(fields=KEPT)
    stands = saved(found, criteria)
    labels = [str(draft.fields[key].label) for key in stale.keys]
    values = {key: "" if stands[key] is None else str(stands[key]) for key in stale.keys}
    if is_autosave:
        answer = {"stale": str(stale), "labels": labels, "values": values, "revision": found.revision}
        return JsonResponse(answer, status=409)
    theirs = [
        {"label": label, "text": text or _("No answer"), "blank": not text}
        for label, text in zip(labels, values.values(), strict=True)
    ]
    return shown_again(request, found, draft, stale=stale, theirs=theirs)


def of_refusal(request, found, draft, refusal, is_autosave):
    """It cannot be kept, and why; what was typed still stands on the page."""
    if is_autosave:
        return JsonResponse({"error": str(refusal)}, status=400)
    return shown_again(request, found, draft, refusal=refusal)


# --- files, and giving back -------------------------------------------------------------------------------------


@require_safe
def file(request, code, upload):
    """A file of the application or of a letter, as far as its reviewer reads it; the opening is on record."""
    opened = Open(find(request, code))
    if not opened.has_pledged or opened.is_barred:
        raise Http404
    found = reviewing.file_of(opened.review).uploads.get(upload)
    if found is None:
        raise Http404
    stored, name = found
    return uploads.serve(request, stored, name=name)


@require_http_methods(["GET", "POST"])
def give_back(request, code):
    """Declare a conflict of interest, and give the file back; asks on GET, acts on POST."""
    opened = Open(find(request, code))
    if not opened.has_pledged:
        return redirect(reviewing.address_of_round("review-pledge", opened.round))
    form = GiveBackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and (opened.is_barred or form.is_valid()):
        said = {} if opened.is_barred else form.cleaned_data
        try:
            operations.give_back(opened.review.pk, by=request.user, **said)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("review", code)
        messages.success(request, _("The file is given back. Staff of the cohort see it and assign it anew."))
        return redirect("reviews")
    if opened.is_barred or opened.review.submitted_at is not None:
        return redirect("review", code)
    context = {"form": form, "review": opened.review, "cohort": opened.round.cohort}
    return render(request, "programs/reviews/give_back.html", context)
