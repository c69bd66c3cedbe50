"""What staff write for an applicant: what was handed in on paper, and what has to be put right. The reason is kept.

What an applicant writes and has not sent is neither read nor lost by it.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.operations import open_account, record_consents
from portal import audit, clock
from portal.errors import Refused
from portal.validators import clean_text
from programs import checking, consents, eligibility, emails, sent
from programs.eligibility import NotEligible
from programs.forms import NAMES
from programs.models.applications import LIVE, Application, ApplicationStatus
from programs.models.cohorts import Phase
from programs.operations import files, references
from programs.operations.applications import keep_copy, lock_version, send
from programs.operations.moves import lock_application, lock_cohort, move, not_now
from programs.questions.conditions import asked
from programs.questions.drafts import as_draft
from programs.questions.loading import questions_of
from programs.staff_form import StaffForm

S = ApplicationStatus
FIXABLE = tuple(status for status in LIVE if status != S.DRAFT)
TAKES_ENTRIES = (Phase.SCHEDULED, Phase.OPEN, Phase.CLOSING, Phase.CLOSED, Phase.IN_REVIEW, Phase.ANNOUNCED)
LONGEST_NOTE = 300  # characters that a Submission keeps of the reason and what was left open


class Unfit(Refused):
    """What staff typed cannot be taken; `problems` are pairs of a field's key and what is wrong with it."""

    def __init__(self, problems):
        super().__init__(_("Something has to be corrected."))
        self.problems = problems


@transaction.atomic
def enter_application(
    cohort_id, email, typed, *, by, reason, given, items=None, new_files=None, language="ko", override=False
):
    """Enter and send an application for the person with that address, who has handed it in in writing.

    `typed` are raw values by key, names included; `new_files` maps keys of questions to files; `given` maps each
    TermVersion of the cohort to whether the person agreed in writing, `items` to what stood under it. Whoever has
    no account gets one without a password, and a mail. Possible until the first session, whatever the deadline; a
    required question may stay open, a required consent may not. Where a condition is not met it takes `override`.
    Returns the Application.
    """
    cohort = lock_cohort(cohort_id)
    reason = needed(reason)
    if cohort.current_phase not in TAKES_ENTRIES:
        raise Refused(_("This cohort takes no applications any more, or not yet."))
    names = {name: clean_text(str(typed.get(name) or ""), multiline=False) for name in NAMES}
    person = open_account(
        email,
        full_name=names["full_name"][:60],
        romanized_name=names["romanized_name"][:80],
        language=language,
        by=by,
    )
    refuse_person(person, cohort, by)
    lock_version(cohort.form_version_id)
    questions = questions_of(cohort.form_version_id)
    application = Application.objects.create(
        cohort=cohort, applicant=person, form_version_id=cohort.form_version_id, draft=known(typed, questions)
    )
    record_consents(person, given, cohort=cohort, items=items, recorded_by=by)
    refuse_missing_consents(application, questions)
    application.draft = take_files(application, application.draft, questions, new_files or {})
    now = clock.now()
    checked, left_open = check(application, application.draft, {}, questions, now)
    unmet = refuse_conditions(application, checked.answers, questions, now, override=override)
    application.save(update_fields=["draft"])
    send(application, checked, now, by=by, reason=note_of(reason, left_open))
    audit.record("application.entered", target=application, by=by, after=trail(left_open, unmet), reason=reason)
    emails.entered(application.submissions.get(number=1), reason)
    return application


@transaction.atomic
def fix_application(
    application_id, typed, *, by, reason, seen=None, new_files=None, completes=False, override=False
):
    """Put right what was sent, for its applicant; also after the deadline, as long as it has not ended.

    `typed` are raw values by key, of those questions that are to be changed; a file is kept as long as `typed` does
    not leave its code out. `seen` is the number of the last submission that staff have read, and a newer one is
    refused. Where it was sent back, `completes` says that nothing is missing any more. What its applicant has
    changed without sending it stays as it is. Returns the Application.
    """
    cohort, application = lock_application(application_id)
    reason = needed(reason)
    if application.applicant_id == by.pk:
        raise Refused(_("Nobody writes in their own application as staff."))
    if application.status not in FIXABLE:
        raise not_now(application)
    if cohort.current_phase in (Phase.FINISHED, Phase.CANCELLED):
        raise Refused(_("The cohort is over."))
    if completes and application.status != S.CHANGES_REQUESTED:
        raise not_now(application)
    if seen is not None and seen != last_number(application):
        raise Refused(_("The application was sent again in the meantime. Read the newer one first."))
    questions = questions_of(application.form_version_id)
    before = as_draft(application.full_name, application.romanized_name, application.answers)
    draft = take_files(application, before | known(typed, questions), questions, new_files or {})
    now = clock.now()
    checked, left_open = check(application, draft, before, questions, now)
    left_open = newly_open(left_open, application, questions)
    after = as_draft(**checked.names, answers=checked.answers)
    changed = sent.changed_keys(before, after)
    if not changed and not completes:
        raise Refused(_("Nothing has been changed."))
    unmet = refuse_conditions(application, checked.answers, questions, now, override=override)
    carry_over(application, before, after, changed)
    fields = {**checked.names, "answers": checked.answers}
    for name, value in fields.items():
        setattr(application, name, value)
    application.save(update_fields=[*fields, "draft", "stamps", "revision", "sent_revision"])
    if completes:
        move(application, S.SUBMITTED, by=by, reason=reason, submitted_at=now, changes_keys=[])
    copy = keep_copy(application, checked, now, by=by, reason=note_of(reason, left_open))
    files.drop_unused(application)
    references.ask_all(application, by=by)
    trace = trail(left_open, unmet)
    audit.record(
        "application.fixed", target=application, by=by, before=", ".join(changed), after=trace, reason=reason
    )
    emails.fixed(copy, reason, changed)
    return application


# --- what is refused --------------------------------------------------------------------------------------


def needed(reason):
    """The reason; it is asked for in any case."""
    if not reason.strip():
        raise Refused(_("Give a reason; the applicant will read it."))
    return reason.strip()


def refuse_person(person, cohort, by):
    """Refuse for oneself, for a closed account, and for whoever has an application to the cohort already."""
    if person.pk == by.pk:
        raise Refused(_("Nobody writes in their own application as staff."))
    if not person.is_active:
        raise Refused(_("The account of this person is closed."))
    if cohort.applications.live().filter(applicant=person).exists():
        raise Refused(_("This person has begun or sent an application to this cohort already."))


def refuse_missing_consents(application, questions):
    """Refuse unless every required consent is there in writing."""
    rows = consents.rows(application.cohort, application.applicant, questions)
    missing = [row["field"] for row in rows if row["required"] and not row["given"]]
    if missing:
        raise Unfit([(name, _("Without this consent nothing may be entered.")) for name in missing])


def refuse_conditions(application, answers, questions, now, *, override):
    """Refuse conditions that `answers` do not meet and what was sent before did; `override` gives their codes."""
    person = application.applicant
    unmet = eligibility.findings(application.cohort, person, answers, questions, now)
    if unmet and application.submitted_at is not None:
        had = eligibility.findings(application.cohort, person, application.answers, questions, now)
        codes = {finding.code for finding in had}
        unmet = [finding for finding in unmet if finding.code not in codes]
    if unmet and not override:
        raise NotEligible(unmet)
    return [finding.code for finding in unmet]


# --- the parts --------------------------------------------------------------------------------------------


def known(typed, questions):
    """What of `typed` belongs to the form."""
    keys = {*NAMES, *(question.key for question in questions)}
    return {key: value for key, value in typed.items() if key in keys}


def last_number(application):
    """The number of its last submission; 0 where it has none."""
    return application.submissions.aggregate(last=Max("number"))["last"] or 0


def take_files(application, draft, questions, new_files):
    """Keep the new files beside those that `draft` names; a single one takes the place of the one before.

    Returns the draft with their codes. Raises Unfit where a file is not taken.
    """
    for question in questions:
        given = new_files.get(question.key)
        if not given:
            continue
        codes = files.chosen_codes(draft, question.key) if question.items > 1 else []
        if len(codes) + len(given) > question.items:
            raise Unfit([(question.key, _("At most %(most)s files.") % {"most": question.items})])
        for file in given:
            try:
                upload = files.keep(application, question, file)
            except ValidationError as error:
                raise Unfit([(question.key, " ".join(error.messages))]) from error
            codes = [*codes, upload.code]
        draft = {**draft, question.key: codes}
    return draft


def check(application, draft, before, questions, now):
    """Check `draft` in full, but that required questions may be open; raises Unfit.

    An optional personal item that is not in `before` needs the consent to it. Returns what was found
    (`programs.checking.Checked`) and the required questions that are open.
    """
    by_key = checking.files_by_key(application)
    own_email = application.applicant.email
    rows = consents.rows(application.cohort, application.applicant, questions)
    new = {key for key, value in draft.items() if value != before.get(key)}
    refused = consents.refused_items(rows, questions) & new
    form = StaffForm(questions, draft, now=now, files=by_key, check=True, own_email=own_email, refused=refused)
    if not form.is_valid():
        raise Unfit([(key, " ".join(messages)) for key, messages in form.errors.items()])
    answers = form.answers()
    wanted = {question.key for question in asked(questions, answers)}
    answers = {key: value for key, value in answers.items() if key in wanted}
    named = {code for key in answers for code in files.chosen_codes(answers, key)}
    chosen = [upload for rows in by_key.values() for upload in rows if upload.code in named]
    return checking.Checked(names=form.names(), answers=answers, uploads=chosen), form.open_questions()


def newly_open(left_open, application, questions):
    """Of the required questions left open those that were not open already in what was sent before."""
    sent_before = application.answers
    open_before = {question.key for question in asked(questions, sent_before) if question.key not in sent_before}
    return [question for question in left_open if question.key not in open_before]


def carry_over(application, before, after, changed):
    """Bring what staff changed into the draft, but where its applicant has changed the same without sending it."""
    is_clean = application.sent_revision == application.revision
    since = application.sent_revision or 0
    draft = application.draft
    unsent = {
        key
        for key, revision in application.stamps.items()
        if revision > since and (draft.get(key) or "") != (before.get(key) or "")
    }
    application.revision += 1
    ours = [key for key in changed if key not in unsent]
    application.draft = draft | {key: after.get(key, "") for key in ours}
    application.stamps = application.stamps | dict.fromkeys(ours, application.revision)
    if is_clean:
        application.sent_revision = application.revision


def note_of(reason, open_questions):
    """What a Submission keeps: the reason, and the required questions that were left open."""
    if not open_questions:
        return reason[:LONGEST_NOTE]
    names = ", ".join(question.label for question in open_questions)
    left_open = _("Left open: %(questions)s") % {"questions": names}
    return f"{reason} · {left_open}"[:LONGEST_NOTE]


def trail(open_questions, unmet):
    """What the audit keeps: keys of the questions left open, and codes of the conditions passed over."""
    parts = [("open", [question.key for question in open_questions]), ("unmet", unmet)]
    return "; ".join(f"{name}: {', '.join(keys)}" for name, keys in parts if keys)
