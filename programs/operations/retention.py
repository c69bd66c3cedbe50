"""What people wrote is let go of: when its time is over, when consent is taken back, when an account is closed.

Statuses, moves and times stay, without anything that says who it was.
"""

import logging
from collections import Counter
from datetime import timedelta

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils.translation import gettext as _

from accounts.models import TermKind
from portal import audit, clock, uploads
from programs import excuses as excuse_rules
from programs.consents import OPTIONAL_NAME, is_optional_item
from programs.models.applications import LIVE, WITHDRAWABLE, Application, ApplicationStatus, StateChange
from programs.models.applying import ApplicationFile, EarlierAnswer, ReferenceRequest, Submission
from programs.models.attendance import AttendanceChange, Completion, Excuse
from programs.models.cohorts import Cohort
from programs.models.eligibility import Appeal, Restriction
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.forms import Question
from programs.models.imports import ImportRow
from programs.models.interviews import InterviewChange
from programs.models.schedule import CalendarFeed
from programs.models.selection import Conflict, Review, ReviewEnd, Reviewer
from programs.models.surveys import Invited, SignedResponse
from programs.models.terms import CohortTerm
from programs.operations import applications, certificates, enrolments, excuses, references, seats
from programs.operations.applications import without
from programs.operations.moves import lock_application
from programs.questions.conditions import is_blank
from programs.questions.loading import questions_of

S = ApplicationStatus
logger = logging.getLogger(__name__)
TOOK_PART = (  # whose place stands on record, with the name it was taken under
    EnrolmentStatus.ACTIVE,
    EnrolmentStatus.DROPPED,
    EnrolmentStatus.NO_SHOW,
    EnrolmentStatus.COMPLETED,
    EnrolmentStatus.NOT_COMPLETED,
)


# --- all that one person wrote ------------------------------------------------------------------------------------


def erase_person(user):
    """Take away what `user` wrote, with their names and files; runs in the transaction that closes the account.

    Drafts go altogether, whatever was sent stays as a row with its status and its moves.
    """
    own = Application.objects.filter(applicant=user)
    drafts = list(own.filter(status=S.DRAFT).values_list("pk", flat=True))
    empty(list(own.values_list("pk", flat=True)), keep_names=False)
    Application.objects.filter(pk__in=drafts).delete()
    Enrolment.objects.filter(person=user).update(end_reason="")
    ImportRow.objects.filter(Q(person=user) | Q(cells__email__iexact=user.email)).delete()
    excuses.forget(Excuse.objects.filter(enrolment__person=user))
    Completion.objects.filter(enrolment__person=user).exclude(reason="").update(reason="–")
    AttendanceChange.objects.filter(attendance__enrolment__person=user).update(reason="")
    Appeal.objects.filter(restriction__person=user).update(text="", answer="")
    Restriction.objects.filter(person=user).update(reason="")
    certificates.forget_person(user)
    SignedResponse.objects.filter(person=user).delete()
    Invited.objects.filter(person=user).delete()
    CalendarFeed.objects.filter(person=user).delete()
    leave_reviewing(user)


def leave_reviewing(user):
    """Take a reviewer off all rounds: what is not handed in goes back, what was handed in stays without a name."""
    now = clock.now()
    unfinished = Review.objects.live().filter(reviewer=user, submitted_at=None)
    unfinished.update(ended_at=now, end_reason=ReviewEnd.REMOVED)
    Reviewer.objects.filter(user=user).update(affiliation="")
    Reviewer.objects.filter(user=user, ended_at=None).update(ended_at=now)


def empty(ids, *, keep_names):
    """Erase what these applications say: answers, drafts, copies, files, letters, reviewers' words, and reasons.

    The caller holds the locks where somebody could still write.
    """
    references.erase(ReferenceRequest.objects.filter(application__in=ids))
    for row in ApplicationFile.objects.filter(application__in=ids).select_related("upload"):
        uploads.remove(row.upload)
    EarlierAnswer.objects.filter(application__in=ids).delete()
    names = {} if keep_names else {"full_name": "", "romanized_name": ""}
    Application.objects.filter(pk__in=ids).update(
        **names,
        answers={},
        draft={},
        stamps={},
        changes_keys=[],
        changes_note=Case(When(status=S.CHANGES_REQUESTED, then=Value("–")), default=Value("")),
        revision=F("revision") + 1,
        sent_revision=F("revision") + 1,
    )
    Submission.objects.filter(application__in=ids).update(answers={}, files=[], reason="", **names)
    StateChange.objects.filter(application__in=ids).update(reason="")
    Review.objects.filter(application__in=ids).update(comment_staff="", comment_applicant="")
    Conflict.objects.filter(application__in=ids).update(note="")
    InterviewChange.objects.filter(application__in=ids).update(reason="")


# --- consent taken back -------------------------------------------------------------------------------------------


def is_needed(term, cohort_id):
    """Whether nobody can apply to that cohort without agreeing to `term`."""
    if term.kind == TermKind.APPLICATION:
        return True
    return CohortTerm.objects.filter(cohort=cohort_id, term=term, is_required=True).exists()


def live_application(user, cohort_id):
    """The application of `user` to a cohort that has not come to its end; None where there is none."""
    rows = Application.objects.filter(applicant=user, cohort=cohort_id, status__in=LIVE)
    return rows.select_related("cohort__program").first()


@transaction.atomic
def leave_without_consent(user, term, cohort_id):
    """A consent that an application needs was taken back: the application ends by whatever move ends it.

    A draft is thrown away. Where it was the consent to collect data at all, what was written is erased as well;
    the name under which somebody took part stays with their place. Where it was the consent to optional items, the
    application goes on without them.
    """
    if cohort_id is not None and term.slug == excuse_rules.TERM:
        excuses.forget(Excuse.objects.filter(enrolment__person=user, enrolment__cohort=cohort_id), with_words=False)
        return
    if cohort_id is not None and term.kind == TermKind.OPTIONAL_ITEMS:
        forget_optional_items(user, cohort_id)
        return
    if cohort_id is None or not is_needed(term, cohort_id):
        return
    is_collection = term.kind == TermKind.APPLICATION
    Cohort.objects.select_for_update(no_key=True).filter(pk=cohort_id).first()  # first, as everywhere
    application = live_application(user, cohort_id)
    if application is not None:
        end_by(user, application, is_collection=is_collection)
    if is_collection:
        excuses.forget(Excuse.objects.filter(enrolment__person=user, enrolment__cohort=cohort_id))
        own = Application.objects.filter(applicant=user, cohort=cohort_id)
        part = Q(enrolment__status__in=TOOK_PART)
        empty(list(own.filter(part).values_list("pk", flat=True)), keep_names=True)
        empty(list(own.exclude(part).values_list("pk", flat=True)), keep_names=False)


def end_by(user, application, *, is_collection):
    """Withdraw, decline, cancel, or end the part in a running cohort; a reason says that consent was taken back.

    The caller holds the lock on the cohort, behind which no status changes.
    """
    reason = str(_("Consent was withdrawn."))
    if application.status == S.DRAFT:
        applications.discard_draft(application.pk, by=user)
    elif application.status in WITHDRAWABLE:
        applications.withdraw_application(application.pk, by=user, reason=reason)
    elif application.status == S.OFFERED:
        seats.decline_offer(application.pk, by=user)
    else:
        enrolment = Enrolment.objects.get(application=application)
        if enrolment.status == EnrolmentStatus.ENROLLED:
            seats.cancel_place(application.pk, by=user, reason=reason, at_any_time=True)
        elif enrolment.status == EnrolmentStatus.ACTIVE and is_collection:
            enrolments.end_enrolment(enrolment.pk, EnrolmentStatus.DROPPED, by=user, reason=reason)


def optional_items(application):
    """The questions of `application` that ask for optional personal items, by key, in all its versions.

    What the form asks in another way by now goes by the form's own word.
    """
    current = questions_of(application.form_version_id)
    otherwise = {question.key for question in current if not is_optional_item(question)}
    versions = [
        *application.submissions.values_list("form_version", flat=True),
        *application.earlier_answers.values_list("question__version", flat=True),
    ]
    older = [
        question
        for version in dict.fromkeys(versions)
        if version != application.form_version_id
        for question in questions_of(version)
    ]
    return {
        question.key: question
        for question in [*older, *current]
        if is_optional_item(question) and question.key not in otherwise
    }


def told_items(application):
    """What `application` holds of optional personal items, in whatever place: the name of each by its key."""
    copies = list(application.submissions.all())
    written = [application.answers, application.draft, *(copy.answers for copy in copies)]
    aside = set(application.earlier_answers.values_list("question__key", flat=True))
    aside |= set(application.files.values_list("question_key", flat=True))
    names = [application.romanized_name, application.draft.get(OPTIONAL_NAME)]
    names += [copy.romanized_name for copy in copies]
    found = {}
    if any(names) and not keeps_name(application):
        found[OPTIONAL_NAME] = _("Name in English")
    for key, question in optional_items(application).items():
        if key in aside or any(not is_blank(answers.get(key)) for answers in written):
            found[key] = question.label
    return found


def keeps_name(application):
    """Whether the names stay with the place that was taken under them."""
    return Enrolment.objects.filter(application=application, status__in=TOOK_PART).exists()


def forget_optional_items(user, cohort_id):
    """Erase what `user` told a cohort without having to: from answers, drafts, copies and files.

    A page that was opened before counts as older than this, so that it cannot write them again unseen.
    """
    Cohort.objects.select_for_update(no_key=True).filter(pk=cohort_id).first()  # first, as everywhere
    own = Application.objects.filter(applicant=user, cohort=cohort_id).order_by("pk")
    for application in own.select_for_update(of=("self",), no_key=True):
        keys = set(told_items(application))
        if not keys:
            continue
        is_clean = application.sent_revision == application.revision
        counted = forget(application, keys)
        if OPTIONAL_NAME in keys:
            application.romanized_name = ""
            application.submissions.update(romanized_name="")
        application.revision += 1
        if is_clean:
            application.sent_revision = application.revision
        application.stamps = application.stamps | dict.fromkeys(keys, application.revision)
        application.save(update_fields=["romanized_name", "revision", "sent_revision", "stamps"])
        words = f"answers {counted['answers']}, files {counted['files']}"
        audit.record("application.items_erased", target=application, by=user, after=words)


# --- answers whose time is over -----------------------------------------------------------------------------------


def forget_due(now):
    """Erase the answers and files of questions that are kept for so many days after the cohort's end.

    From what was sent, from drafts, copies and earlier answers. Each cohort leaves one audit row with counts. What
    fails in one application holds up none of the others. Returns how many applications lost something.
    """
    done = 0
    counts = {}
    for pk, keys in applications_due(now).items():
        try:
            with transaction.atomic():
                cohort, application = lock_application(pk)
                counted = forget(application, keys)
        except Exception:
            logger.exception("The answers of application %s were not erased", pk)
            continue
        counts.setdefault(cohort.pk, Counter()).update(counted)
        done += 1
    for cohort in Cohort.objects.filter(pk__in=counts):
        counted = counts[cohort.pk]
        words = f"applications {counted['applications']}, answers {counted['answers']}, files {counted['files']}"
        audit.record("cohort.answers_erased", target=cohort, by=None, after=words)
    return done


def applications_due(now):
    """The applications that still hold what is to be erased at `now`, each with the keys of those questions."""
    rules = {}
    kept = Question.objects.filter(kept_days__isnull=False)
    for version, days, key in kept.values_list("version", "kept_days", "key"):
        rules.setdefault((version, days), set()).add(key)
    found = {}
    for (version, days), keys in rules.items():
        over = Cohort.objects.filter(
            Q(cancelled_at=None, ends_at__lte=now - timedelta(days=days))
            | Q(cancelled_at__lte=now - timedelta(days=days))
        )
        for key in keys:
            for rows in holding(version, key):
                for pk in rows.filter(cohort__in=over.values("pk")).values_list("pk", flat=True):
                    found.setdefault(pk, set()).add(key)
    return found


def holding(version_id, key):
    """The applications that hold something under `key` of a form version: written, sent, copied, or as a file."""
    rows = Application.objects.filter(form_version=version_id)
    yield rows.filter(Q(answers__has_key=key) | Q(draft__has_key=key) | Q(stamps__has_key=key))
    yield rows.filter(Q(files__question_key=key) | Q(references__question_key=key))
    yield Application.objects.filter(submissions__form_version=version_id, submissions__answers__has_key=key)
    yield Application.objects.filter(
        earlier_answers__question__version=version_id, earlier_answers__question__key=key
    )


def forget(application, keys):
    """Erase what stands under `keys`, wherever it is; the caller holds the lock. Returns counts of what went."""
    counted = Counter(applications=1, answers=sum(key in application.answers for key in keys))
    for name in ("answers", "draft", "stamps"):
        setattr(application, name, without(getattr(application, name), keys))
    application.save(update_fields=["answers", "draft", "stamps"])
    codes = set()
    for row in application.files.filter(question_key__in=keys).select_related("upload"):
        codes.add(row.upload.code)
        uploads.remove(row.upload)
    counted["files"] = len(codes)
    for copy in application.submissions.all():
        named = [copy.answers.get(key) for key in keys]
        gone = codes.union(*(map(str, answer) for answer in named if isinstance(answer, list)))
        copy.answers = without(copy.answers, keys)
        copy.files = [file for file in copy.files if file["code"] not in gone]
        copy.save(update_fields=["answers", "files"])
    application.earlier_answers.filter(question__key__in=keys).delete()
    references.erase(application.references.filter(question_key__in=keys))
    return counted
