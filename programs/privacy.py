"""What programs hold about a person, for `accounts.privacy`: handed out, counted against closing, let go of."""

from io import BytesIO

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import TermKind
from portal import clock
from programs import excuses, feedback
from programs.models.applications import WITHDRAWABLE, Application, ApplicationStatus
from programs.models.applying import ApplicationFile
from programs.models.attendance import Excuse
from programs.models.certificates import Certificate, CertificateFile
from programs.models.cohorts import Phase
from programs.models.eligibility import Restriction
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.surveys import Invited, SignedResponse, Survey, Ticket
from programs.operations.retention import is_needed, live_application, told_items
from programs.questions.loading import questions_of
from programs.questions.showing import row_of, shown

S = ApplicationStatus
OVER = (Phase.FINISHED, Phase.CANCELLED)
TOLD = (S.RESCINDED, S.CANCELLED, S.WITHDRAWN, S.CLOSED_OUT)  # whose reason the applicant reads


# --- handed out ---------------------------------------------------------------------------------------------------


def export(user):
    """Everything of `user` here, questions and answers in words; what referees wrote is not theirs to read."""
    rows = (
        Application.objects.filter(applicant=user)
        .select_related("cohort__program")
        .prefetch_related(
            "changes",
            "submissions",
            "files__upload__accesses",
            "references",
            "earlier_answers__question",
            "interview_changes__panel",
        )
        .order_by("created_at", "pk")
    )
    asked, comments = _Forms(), feedback.comments_to(user)
    enrolments = (
        Enrolment.objects.filter(person=user)
        .select_related("cohort__program", "completion__rule")
        .prefetch_related("attendance__session", "attendance__changes", "excuses__session", "excuses__evidence")
        .order_by("enrolled_at", "pk")
    )
    restrictions = Restriction.objects.filter(person=user).prefetch_related("appeals")
    return {
        "applications": [application_of(row, asked, comments.get(row.pk, [])) for row in rows],
        "enrolments": [
            {
                "cohort": cohort_of(row.cohort),
                "status": str(row.get_status_display()),
                "enrolled_at": row.enrolled_at,
                "ended_at": row.ended_at,
                "end_reason": row.end_reason,
                "attendance": [attendance_of(mark) for mark in row.attendance.all()],
                "excuses": [excuse_of(excuse) for excuse in row.excuses.all()],
                "completion": decision_of(row.completion) if hasattr(row, "completion") else None,
                "check_ins": [
                    {"session": entry.session.title, "came_at": entry.in_at, "left_at": entry.out_at}
                    for entry in row.check_ins.all()
                ],
            }
            for row in enrolments.prefetch_related("check_ins__session")
        ],
        "calendar_addresses": [
            {"kind": str(row.get_kind_display()), "since": row.made_at}
            for row in user.calendar_feeds.order_by("pk")
        ],
        "certificates": [
            {
                "number": row.number,
                "code": row.code,
                "status": str(row.get_status_display()),
                "issued_at": row.issued_at,
                "ended_at": row.ended_at,
                "end_reason": row.end_reason,
                "what_it_says": row.snapshot,
            }
            for row in Certificate.objects.filter(person=user).order_by("pk")
        ],
        "restrictions": [
            {
                "reason": row.reason,
                "from_at": row.from_at,
                "until": row.until,
                "lifted_at": row.lifted_at,
                "appeals": [
                    {
                        "text": appeal.text,
                        "made_at": appeal.made_at,
                        "decided_at": appeal.decided_at,
                        "is_accepted": appeal.is_accepted,
                        "answer": appeal.answer,
                    }
                    for appeal in row.appeals.all()
                ],
            }
            for row in restrictions
        ],
        "surveys": surveys_of(user),
    }


def attendance_of(mark):
    """One session as it was marked, and what was put right; who marked it is left out."""
    return {
        "session": mark.session.title,
        "starts_at": mark.session.starts_at,
        "status": str(mark.get_status_display()),
        "minutes": mark.minutes,
        "marked_at": mark.marked_at,
        "corrections": [
            {
                "at": change.at,
                "before": str(change.get_before_display()),
                "after": str(change.get_after_display()),
                "reason": change.reason,
            }
            for change in mark.changes.all()
        ],
    }


def decision_of(completion):
    """How completion was decided: by which rule, with what sums, and why where against it; who did is left out."""
    return {
        "at": completion.at,
        "rule": str(completion.rule),
        "counted": str(completion.get_basis_display()),
        "present": completion.present,
        "total": completion.total,
        "slips": completion.slips,
        "is_completed": completion.is_completed,
        "reason": completion.reason,
    }


def excuse_of(excuse):
    """One request to be excused: what was written, what became of it."""
    return {
        "session": excuse.session.title,
        "asked_at": excuse.asked_at,
        "reason": excuse.reason,
        "evidence": excuse.evidence.name if excuse.evidence else "",
        "decided_at": excuse.decided_at,
        "is_accepted": excuse.is_accepted,
        "answer": excuse.answer,
    }


def surveys_of(user):
    """The surveys that `user` has answered, or that name them; what was answered only where it is not anonymous."""
    own = {row.survey_id: row.answers for row in SignedResponse.objects.filter(person=user)}
    asked = _Forms()
    answered, named = (
        Exists(model.objects.filter(survey=OuterRef("pk"), person=user)) for model in (Ticket, Invited)
    )
    rows = Survey.objects.annotate(is_answered=answered).filter(Q(is_answered=True) | Q(named))
    rows = rows.select_related("cohort__program", "form_version__form")
    return [
        {
            "survey": f"{row.form_version.form.title} · {cohort_of(row.cohort)}",
            "is_anonymous": row.is_anonymous,
            "is_answered": row.is_answered,
            "answers": answers_of(asked[row.form_version_id], own[row.pk], []) if row.pk in own else [],
        }
        for row in rows.order_by("opens_at", "pk")
    ]


class _Forms(dict):
    """The questions of each form version, read once."""

    def __missing__(self, version_id):
        self[version_id] = questions_of(version_id)
        return self[version_id]


def cohort_of(cohort):
    """A cohort in words."""
    return f"{cohort.program.title} · {cohort.label}"


def application_of(application, asked, comments=()):
    """One application: what was written, what was sent each time, what became of it, what reviewers told of it."""
    uploads = [row.upload for row in application.files.all()]
    questions = asked[application.form_version_id]
    sent = application.submitted_at is not None
    return {
        "cohort": cohort_of(application.cohort),
        "receipt_number": application.receipt_number,
        "status": str(application.label),
        "begun_at": application.created_at,
        "saved_at": application.saved_at,
        "submitted_at": application.submitted_at,
        "extended_until": application.extended_until,
        "full_name": application.full_name if sent else application.draft.get("full_name", ""),
        "romanized_name": application.romanized_name if sent else application.draft.get("romanized_name", ""),
        "what_was_missing": application.changes_note,
        "answers": answers_of(questions, application.answers, uploads) if sent else [],
        "draft": []
        if sent and application.sent_revision == application.revision
        else answers_of(questions, application.draft, uploads),
        "earlier_answers": [words_of(row_of(row.question, row.value)) for row in application.earlier_answers.all()],
        "submissions": [
            {
                "number": row.number,
                "at": row.at,
                "by": by_whom(row.by_id, application),
                "full_name": row.full_name,
                "romanized_name": row.romanized_name,
                "answers": answers_of(asked[row.form_version_id], row.answers, uploads),
                "files": row.files,
            }
            for row in application.submissions.all()
        ],
        "history": [
            {
                "at": row.at,
                "status": str(row.get_to_status_display()),
                "by": by_whom(row.by_id, application),
                "reason": row.reason if row.to_status in TOLD else "",
            }
            for row in application.changes.all()
        ],
        "comments_of_reviewers": list(comments),
        "interviews": [
            {
                "at": row.at,
                "what": str(row.get_kind_display()),
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
                "place": row.panel.place,
                "by": by_whom(row.by_id, application),
                "reason": row.reason,
            }
            for row in application.interview_changes.all()
        ],
        "files": [file_of(row) for row in application.files.all()],
        "references": [
            {
                "name": row.name,
                "affiliation": row.affiliation,
                "email": row.email,
                "asked_at": row.asked_at,
                "received_at": row.received_at,
                "declined_at": row.declined_at,
                "ended_at": row.ended_at,
            }
            for row in application.references.all()
        ],
    }


def by_whom(user_id, application):
    """Who did something, without naming staff."""
    if user_id is None:
        return "system"
    return "applicant" if user_id == application.applicant_id else "staff"


def answers_of(questions, answers, uploads):
    """Answers as pairs of a question and what was said, blank ones left out."""
    return [words_of(row) for row in shown(questions, answers, files=uploads) if not row["blank"]]


def words_of(row):
    """A row of `programs.questions.showing` as plain data."""
    answer = row.get("text") or row.get("entries") or row.get("links")
    if "files" in row:
        answer = [upload.name for upload in row["files"]]
    elif "table" in row:
        answer = [{str(cell["label"]): str(cell["text"]) for cell in cells} for cells in row["table"]]
    elif isinstance(answer, list):
        answer = [str(part) for part in answer]
    return {"question": str(row["label"]), "answer": answer if isinstance(answer, list) else str(answer or "")}


def file_of(row):
    """One file, and who opened it where its writer may know."""
    upload = row.upload
    opened = upload.accesses.all() if upload.is_confidential else ()
    return {
        "question": row.question_key,
        "name": upload.name,
        "size": upload.size,
        "sha256": upload.sha256,
        "uploaded_at": upload.made_at,
        "opened_at": [access.at for access in opened if access.by_id != upload.owner_id],
    }


def files(user):
    """The files of `user`'s applications, requests to be excused and certificates: name and what is stored."""
    rows = ApplicationFile.objects.filter(application__applicant=user).select_related("upload").order_by("pk")
    asked = Excuse.objects.filter(enrolment__person=user, evidence__isnull=False).select_related("evidence")
    uploads = [row.upload for row in rows] + [row.evidence for row in asked.order_by("pk")]
    documents = CertificateFile.objects.filter(certificate__person=user).select_related("certificate")
    return [
        *((upload.name, upload.file) for upload in uploads),
        *((f"{row.certificate}.pdf", Bytes(row.content)) for row in documents.order_by("pk")),
    ]


class Bytes:
    """Bytes that open like a stored file."""

    def __init__(self, content):
        self.content = bytes(content)

    def open(self, mode):
        """The bytes, to be read."""
        return BytesIO(self.content)


# --- closing the account ------------------------------------------------------------------------------------------


def blocks(user):
    """Why the account cannot be closed now: an application that is being decided, or a place not yet over."""
    now = clock.now()
    waits = Application.objects.filter(applicant=user, status__in=[*WITHDRAWABLE, S.OFFERED])
    sentences = [
        _("Your application to “%(cohort)s” is not decided yet. Withdraw or decline it first.")
        % {"cohort": cohort_of(row.cohort)}
        for row in waits.select_related("cohort__program")
        if row.cohort.phase_at(now) not in OVER
    ]
    places = Enrolment.objects.live().filter(person=user).select_related("cohort__program")
    return sentences + [
        _("You have a place in “%(cohort)s”. Cancel it first, or wait until the cohort is over.")
        % {"cohort": cohort_of(row.cohort)}
        for row in places
        if row.cohort.phase_at(now) not in OVER
    ]


# --- consent taken back -------------------------------------------------------------------------------------------


def follows(user, term, cohort):
    """What happens when `user` takes back the consent to `term` in `cohort`, in sentences."""
    if cohort is not None and term.kind == TermKind.OPTIONAL_ITEMS:
        return what_is_erased(user, cohort)
    if cohort is not None and term.slug == excuses.TERM:
        return [_("The files that you handed in with requests to be excused are deleted. This cannot be undone.")]
    if cohort is None or not is_needed(term, cohort.pk):
        return []
    is_collection = term.kind == TermKind.APPLICATION
    sentences = []
    application = live_application(user, cohort.pk)
    if application is not None:
        sentences = what_ends(application, is_collection=is_collection)
    if is_collection and Application.objects.filter(applicant=user, cohort=cohort).exists():
        sentences.append(
            _("Your answers, files and reference letters for this cohort are erased. This cannot be undone.")
        )
    return sentences


def what_is_erased(user, cohort):
    """What the withdrawal of the consent to optional items erases; nothing where none were told."""
    told = {}
    for application in Application.objects.filter(applicant=user, cohort=cohort).order_by("pk"):
        told |= told_items(application)
    if not told:
        return []
    return [
        _("What you told under these optional items is erased from your application and its copies: %(items)s.")
        % {"items": ", ".join(told.values())},
        _("This cannot be undone. Your application goes on without it."),
    ]


def with_notes(rows, user, cohort):
    """The rows of a form of consents; beside one that is given stands what is erased where it is unticked."""
    found = []
    for row in rows:
        note = ""
        if row["given"] and row["term"].kind == TermKind.OPTIONAL_ITEMS:
            note = " ".join(what_is_erased(user, cohort))
        found.append(row | {"note": _("If you untick this: %(what)s") % {"what": note}} if note else row)
    return found


def what_ends(application, *, is_collection):
    """What the withdrawal of a needed consent does to a live application."""
    if application.status == S.DRAFT:
        return [_("Your draft for this cohort is deleted.")]
    if application.status in WITHDRAWABLE:
        return [_("Your application to this cohort is withdrawn and not considered any more.")]
    if application.status == S.OFFERED:
        return [_("The place offered to you is declined and goes to the next person.")]
    status = Enrolment.objects.values_list("status", flat=True).get(application=application)
    if status == EnrolmentStatus.ENROLLED:
        return [_("Your place in this cohort is cancelled and goes to the next person.")]
    if status == EnrolmentStatus.ACTIVE and is_collection:
        return [_("You leave the running cohort, which is recorded as dropping out.")]
    return [_("That you took part stays on record.")]
