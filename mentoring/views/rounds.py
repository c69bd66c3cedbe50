"""The page of a round before its pairing, for a mentee and for a mentor; and what each sends from there."""

from django.contrib import messages
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mentoring import round_words, rounds
from mentoring.forms.wishes import (
    MOVE,
    AnswerForm,
    BriefsForm,
    MenteeConflictForm,
    MenteeForm,
    MentorConflictForm,
)
from mentoring.models.rounds import RoundMentorState
from mentoring.operations import declared, wishes
from mentoring.public_profiles import public_profile
from portal import clock, i18n
from portal.errors import Refused
from programs.operations.drafts import Stale
from programs.views.writing import known_revision, opened_at, opened_stamp

MENTEE, MENTOR = "mentee", "mentor"


# --- finding ----------------------------------------------------------------------------------------------------


def find(request, code):
    """The round with that code, if this person takes part in it, else 404."""
    return get_object_or_404(rounds.visible_to(request.user), code=code)


def enrolment_of(request, round_):
    """The person's place in the round's cohort, else 404."""
    enrolment = rounds.enrolment_in(request.user, round_)
    if enrolment is None:
        raise Http404
    enrolment.person = request.user
    return enrolment


def invited_of(request, round_):
    """The person as a mentor of the round, else 404."""
    invited = rounds.invited_in(request.user, round_)
    if invited is None:
        raise Http404
    return invited


@require_safe
def mentoring_round(request, code):
    """One round. Who is both sees it as a mentee, and as a mentor with `?as=mentor`."""
    round_ = find(request, code)
    is_mentee = rounds.enrolment_in(request.user, round_) is not None
    if is_mentee and not (request.GET.get("as") == MENTOR and rounds.invited_in(request.user, round_)):
        return mentee_page(request, round_)
    return mentor_page(request, round_)


# --- mentees ----------------------------------------------------------------------------------------------------


def mentee_form(round_, user, profile, data=None, *, as_draft=False):
    """The form over what is kept."""
    mentors = wishes.wishable(round_, user)
    return MenteeForm(
        data,
        initial=wishes.stands(profile),
        mentors=[(str(row.mentor_id), row.mentor.name) for row in mentors],
        least=rounds.least_wishes(round_, mentors),
        most=rounds.MOST_WISHES,
        as_draft=as_draft,
    )


def mentee_page(request, round_, *, form=None, conflict_form=None, **context):
    """What is asked, the form while it can be written, the mentors, and conflicts."""
    enrolment, now = enrolment_of(request, round_), clock.now()
    standing = round_words.Mentee(round_, enrolment, now)
    offered = rounds.offered_mentors(round_)
    others = [row for row in offered if row.mentor.user_id != request.user.pk]
    if form is None and standing.may_write:
        form = mentee_form(round_, request.user, standing.profile)
    named = [(str(row.mentor_id), row.mentor.name) for row in others]
    context = {
        "round": round_,
        "cohort": round_.cohort,
        "panel": standing.panel(),
        "steps": standing.steps(),
        "form": form,
        "revision": standing.profile.revision if standing.profile else 0,
        "opened": opened_stamp(),
        "is_handed_in": standing.is_handed_in,
        "saved": saved_word(standing.profile) if standing.profile else "",
        "answers": standing.answers(),
        "mentors": [public_profile(row.mentor) for row in others],
        "conflict_form": conflict_form or MenteeConflictForm(mentors=named),
        "declared": round_words.declared_lines(round_, request.user),
        "may_declare": not standing.is_published,
        **context,
    }
    return render(request, "mentoring/before/mentee_round.html", context)


def saved_word(profile):
    """When it was last saved, in words."""
    return _("Saved at %(time)s.") % {"time": i18n.clock_time(profile.saved_at)}


def unsaved(form, wrong):
    """What autosave says where a field could not be saved as it stands."""
    return _("%(field)s is not saved: %(error)s") % {
        "field": form.fields[wrong[0]].label,
        "error": form.errors[wrong[0]][0],
    }


@require_POST
def round_wishes(request, code):
    """Keep what a mentee typed, and with the button `submit` hand it in. What is valid is kept in any case."""
    round_ = find(request, code)
    profile = rounds.profile_of(enrolment_of(request, round_))
    is_autosave = request.headers.get("X-Autosave") == "1"
    draft = mentee_form(round_, request.user, profile, request.POST, as_draft=True)
    typed, wrong = draft.typed()
    submit = "submit" in request.POST and not is_autosave
    whole = mentee_form(round_, request.user, profile, request.POST) if submit else draft
    base = known_revision(request)
    said = {"by": request.user, "base": -1 if base is None else base, "began_at": opened_at(request)}
    try:
        if submit and whole.is_valid():
            wishes.hand_in(round_.pk, typed=whole.cleaned_data, **said)
            messages.success(request, _("Your wishes are handed in."))
            return redirect("mentoring-round", round_.code)
        kept = wishes.save_wishes(round_.pk, typed=typed, **said)
    except Stale as stale:
        return of_stale(request, round_, draft, stale, is_autosave)
    except wishes.Missing as missing:
        return of_missing(request, round_, whole, missing, is_autosave)
    except Refused as refusal:
        if is_autosave:
            return JsonResponse({"error": str(refusal)}, status=400)
        return mentee_page(request, round_, form=whole, refusal=str(refusal), is_unsaved=True)
    if is_autosave:
        return JsonResponse(
            {"saved": unsaved(draft, wrong) if wrong else saved_word(kept), "revision": kept.revision}
        )
    if submit or wrong:
        return mentee_page(request, round_, form=whole)
    if MOVE not in request.POST:
        messages.success(request, saved_word(kept))
    return redirect("mentoring-round", round_.code)


def of_missing(request, round_, form, missing, is_autosave):
    """It would not be whole: said at the field, or for all of it; what was handed in before still counts."""
    if is_autosave:
        text = _("Not saved: %(why)s What you handed in before counts.") % {"why": missing_words(round_, missing)}
        return JsonResponse({"error": text}, status=400)
    if "week" in missing.keys:
        return mentee_page(request, round_, form=form, refusal=str(missing))
    strict = mentee_form(round_, request.user, None, request.POST)
    strict.is_valid()
    return mentee_page(request, round_, form=strict, is_unsaved=True)


def missing_words(round_, missing):
    """What is not whole, by the names of the fields."""
    labels = {
        "discipline": _("Discipline"),
        "skills": _("What you want to work on"),
        "languages": _("Languages in which you can be mentored"),
        "brief": _("Brief"),
        "wishes": _("Mentors you would like"),
    }
    return ", ".join(labels[key] for key in missing.keys if key in labels) + "."


def of_stale(request, round_, draft, stale, is_autosave):
    """Another window has saved something else: nothing is overwritten, the person chooses."""
    profile = rounds.profile_of(rounds.enrolment_in(request.user, round_))
    stands = wishes.stands(profile)
    labels = [str(draft.fields[key].label) for key in stale.keys]
    if is_autosave:
        values = {key: stands[key] for key in stale.keys}
        answer = {"stale": str(stale), "labels": labels, "values": values, "revision": profile.revision}
        return JsonResponse(answer, status=409)
    shown = {row["label"]: row for row in round_words.Mentee(round_, profile.enrolment, clock.now()).answers()}
    theirs = [shown[label] for label in labels if label in shown]
    return mentee_page(request, round_, form=draft, stale=stale, theirs=theirs, is_unsaved=True)


# --- mentors ----------------------------------------------------------------------------------------------------


def brief_rows(round_, invited):
    """The briefs that a mentor reads, each with the number under which it is chosen; nothing else of the mentee."""
    profiles = rounds.briefs_for(round_, invited)
    return [
        {
            "key": profile.code,
            "label": _("Brief %(number)s") % {"number": number},
            "text": profile.brief,
            "lang": i18n.language_of_text(profile.brief),
        }
        for number, profile in enumerate(profiles, start=1)
    ]


def briefs_form(round_, invited, rows, data=None):
    """The ranking over what is kept."""
    kept = invited.wishes.order_by("rank").values_list("mentee__code", flat=True)
    return BriefsForm(
        data, initial=list(kept), briefs=[(row["key"], row["label"]) for row in rows], most=rounds.MOST_WISHES
    )


def mentor_page(request, round_, *, form=None, conflict_form=None, ranking=None):
    """Whether the mentor takes part, conflicts, and the briefs where mentors rank."""
    invited, now = invited_of(request, round_), clock.now()
    standing = round_words.Mentor(round_, invited, now)
    if form is None and standing.may_answer:
        form = answer_form(invited)
    rows = brief_rows(round_, invited) if standing.may_rank else []
    context = {
        "round": round_,
        "cohort": round_.cohort,
        "panel": standing.panel(),
        "steps": standing.steps(),
        "invited": invited,
        "form": form,
        "briefs": rows,
        "may_rank": standing.may_rank,
        "ranking": ranking or (briefs_form(round_, invited, rows) if rows else None),
        "conflict_form": conflict_form or MentorConflictForm(),
        "declared": round_words.declared_lines(round_, request.user),
        "may_declare": not standing.is_published and invited.state != RoundMentorState.DECLINED,
    }
    return render(request, "mentoring/before/mentor_round.html", context)


def answer_form(invited, data=None):
    """The answer over what is kept."""
    answer = "" if invited.state == RoundMentorState.INVITED else invited.state
    initial = {"answer": answer, "capacity": invited.capacity, "reason": invited.decline_reason}
    return AnswerForm(data, initial=initial, usual=invited.mentor.capacity)


@require_POST
def round_answer(request, code):
    """A mentor takes part, or not."""
    round_ = find(request, code)
    form = answer_form(invited_of(request, round_), request.POST)
    if form.is_valid():
        takes_part = form.cleaned_data["answer"] == RoundMentorState.TAKES_PART
        try:
            wishes.answer_round(
                round_.pk,
                by=request.user,
                takes_part=takes_part,
                capacity=form.cleaned_data["capacity"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("Thank you. You take part in this round.") if takes_part else _("Your answer is kept.")
            messages.success(request, text)
            return to_mentor_page(round_)
    return mentor_page(request, round_, form=form)


def to_mentor_page(round_):
    """Back to the page as the mentor sees it."""
    response = redirect("mentoring-round", round_.code)
    response["Location"] += "?as=mentor"
    return response


@require_POST
def round_briefs(request, code):
    """A mentor's order of briefs."""
    round_ = find(request, code)
    invited = invited_of(request, round_)
    form = briefs_form(round_, invited, brief_rows(round_, invited), request.POST)
    if form.is_valid():
        try:
            wishes.rank_briefs(round_.pk, form.cleaned_data["briefs"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Your order is saved."))
            return to_mentor_page(round_)
    return mentor_page(request, round_, ranking=form)


# --- conflicts --------------------------------------------------------------------------------------------------


@require_POST
def round_conflict(request, code):
    """Declare a conflict: a mentee about a mentor, a mentor in words. Or take back one that is not settled."""
    round_ = find(request, code)
    as_mentor = request.POST.get("as") == MENTOR and rounds.invited_in(request.user, round_) is not None
    if not as_mentor:
        as_mentor = rounds.enrolment_in(request.user, round_) is None
    back = to_mentor_page(round_) if as_mentor else redirect("mentoring-round", round_.code)
    gone = request.POST.get("withdraw", "")
    if gone:
        try:
            declared.withdraw(
                int(gone) if gone.isascii() and gone.isdigit() and len(gone) < 18 else 0, by=request.user
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Taken back."))
        return back
    if as_mentor:
        form = MentorConflictForm(request.POST)
    else:
        others = [row for row in rounds.offered_mentors(round_) if row.mentor.user_id != request.user.pk]
        form = MenteeConflictForm(request.POST, mentors=[(str(row.mentor_id), row.mentor.name) for row in others])
    if form.is_valid():
        data = form.cleaned_data
        try:
            if as_mentor:
                declared.declare_of_mentor(round_.pk, data["words"], by=request.user)
            else:
                declared.declare_of_mentee(round_.pk, int(data["mentor"]), data["words"], by=request.user)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Thank you. Staff look at it before the pairing."))
            return back
    show = mentor_page if as_mentor else mentee_page
    return show(request, round_, conflict_form=form)
