"""When a mail about a program is dropped unsent because what it tells does not hold any more. One table.

A mail may wait: for the worker, for a server that is down, because staff hold it. Meanwhile the application moves
on, and what was queued later tells the truth. So that only the right one goes, each is asked at the last moment:

| mail | is still sent |
|---|---|
| received, entered, fixed | unless the application was withdrawn: it is a receipt, and stays true in review |
| changes_requested, changes_reminder | while the application waits for these changes, until that deadline |
| offered, promoted, offer_expiring | while that offer runs, until that deadline |
| offer_expired, waitlisted, waitlist_closed, rejected, confirmed, declined | while that is where it stands |
| advanced | while the application is in the round that it tells of |
| rescinded, withdrawn, cancelled, cohort_cancelled | always: nothing follows upon these |
| extended | while that is the extension, and it can be used |
| draft_reminder | while it is a draft with that deadline |
| form_changed | while it is written on that form |
| reference_asked, reference_reminder | while the letter is asked for, a reminder until that time |
| reference_received | while the letter is there and the application not withdrawn |
| reference_declined | until somebody else is asked |
| restricted | until it is lifted |
| appeal_received | until the appeal is decided |
| restriction_lifted, appeal_decided | always |

So an offer taken back before its mail has left is told once, as taken back, and a place confirmed and cancelled
before anything was sent is told as cancelled.
"""

from portal import mail
from programs import letters
from programs.models.applications import EDITABLE, Application, ApplicationStatus, Decision, Offer, StateChange
from programs.models.applying import ReferenceRequest, Submission
from programs.models.eligibility import Appeal, Restriction

S = ApplicationStatus


def same(row, moment):
    """Whether a mail tells of that deadline; one from before deadlines were written down tells of any."""
    return row.deadline_at is None or row.deadline_at == moment


def receipt(row):
    """Of a change: the application was not withdrawn."""
    return StateChange.objects.filter(pk=row.target_id).exclude(application__status=S.WITHDRAWN).exists()


def copy(row):
    """Of a copy of what was sent: the application was not withdrawn."""
    return Submission.objects.filter(pk=row.target_id).exclude(application__status=S.WITHDRAWN).exists()


def last_change(row):
    """The change if its application stands where it put it, else None."""
    change = StateChange.objects.select_related("application").filter(pk=row.target_id).first()
    if change is None or change.application.status != change.to_status:
        return None
    later = StateChange.objects.filter(application=change.application_id, pk__gt=change.pk)
    return None if later.exists() else change


def stands(row):
    """The application stands where this change put it."""
    return last_change(row) is not None


def changes_wanted(row):
    """The application waits for the changes, until the deadline told."""
    change = last_change(row)
    return change is not None and same(row, change.application.changes_by)


def offer_runs(row):
    """The offer is the one that its application has, until the deadline told."""
    offer = Offer.objects.select_related("application").filter(pk=row.target_id).first()
    return (
        offer is not None
        and offer.application.status == S.OFFERED
        and offer.application.answer_by == offer.expires_at
        and same(row, offer.expires_at)
    )


def round_runs(row):
    """The application is under review in the round after the decided one."""
    found = Decision.objects.select_related("application", "item__release__round__cohort")
    decision = found.filter(pk=row.target_id).first()
    if decision is None or decision.application.status != S.IN_REVIEW:
        return False
    following = decision.item.release.round.next_round  # a decision advances by being an item of a release
    return following is not None and decision.application.round_number == following.number


def application_of(row):
    """The application that the mail is about; None where its draft was thrown away."""
    return Application.objects.select_related("cohort").filter(pk=row.target_id).first()


def draft_waits(row):
    """It is a draft with the deadline told."""
    application = application_of(row)
    return application is not None and application.status == S.DRAFT and same(row, application.deadline)


def extension_holds(row):
    """It can be submitted until the extension told."""
    application = application_of(row)
    if application is None or application.status not in (S.DRAFT, S.SUBMITTED):
        return False
    return same(row, application.extended_until)


def form_is_written(row):
    """It is written on the form told."""
    application = application_of(row)
    if application is None or application.status not in EDITABLE:
        return False
    return row.reason == f"form_changed_{application.form_version_id}"


def letter_of(row, **state):
    """The request for a letter, if its state is that."""
    found = ReferenceRequest.objects.select_related("application__cohort")
    return found.filter(pk=row.target_id, **state).first()


def letter_asked(row):
    """The letter is asked for."""
    return letter_of(row, ended_at=None, received_at=None, declined_at=None) is not None


def letter_missing(row):
    """The letter is asked for, until the time told."""
    request = letter_of(row, ended_at=None, received_at=None, declined_at=None)
    return request is not None and same(row, letters.until(request.application))


def letter_there(row):
    """The letter has arrived, and the application has not been withdrawn."""
    request = letter_of(row, received_at__isnull=False)
    return request is not None and request.application.status != S.WITHDRAWN


def letter_refused(row):
    """The referee will not write, and nobody else is asked yet."""
    return letter_of(row, ended_at=None, declined_at__isnull=False) is not None


def restricted(row):
    """The restriction has not been lifted."""
    return Restriction.objects.filter(pk=row.target_id, lifted_at=None).exists()


def appeal_waits(row):
    """The appeal has not been decided."""
    return Appeal.objects.filter(pk=row.target_id, decided_at=None).exists()


TABLE = {
    receipt: ("received",),
    copy: ("entered", "fixed"),
    changes_wanted: ("changes_requested", "changes_reminder"),
    offer_runs: ("offered", "promoted", "offer_expiring"),
    stands: ("offer_expired", "waitlisted", "waitlist_closed", "rejected", "confirmed", "declined"),
    round_runs: ("advanced",),
    draft_waits: ("draft_reminder", "draft_reminder_registration"),
    extension_holds: ("extended",),
    form_is_written: ("form_changed",),
    letter_asked: ("reference_asked",),
    letter_missing: ("reference_reminder",),
    letter_there: ("reference_received",),
    letter_refused: ("reference_declined",),
    restricted: ("restricted",),
    appeal_waits: ("appeal_received",),
}
ALWAYS = (
    "rescinded",
    "withdrawn",
    "cancelled",
    "cohort_cancelled",
    "restriction_lifted",
    "appeal_accepted",
    "appeal_refused",
)


def register():
    """Tell the mail what to ask."""
    for check, events in TABLE.items():
        for event in events:
            mail.still_wanted(event, of_mail=True)(check)
