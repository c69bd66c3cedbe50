"""Writing in an application: what is typed is kept at once, complete or not, and never over what is newer."""

from django.utils.translation import gettext as _

from portal import clock
from portal.errors import Refused
from programs.models.applications import EDITABLE, Application, ApplicationStatus
from programs.operations.moves import not_now
from programs.questions.drafts import as_draft

S = ApplicationStatus
TRIES = 5
WRITTEN = ["draft", "stamps", "revision", "status", "form_version", "changes_keys", "changes_by", "saved_at"]


class Stale(Refused):
    """What is to be kept was written on a state that another window has changed since; `keys` says where."""

    def __init__(self, keys):
        super().__init__(_("This was changed in another window or on another device in the meantime."))
        self.keys = keys


class Moved(Refused):
    """The application has moved to a newer form meanwhile; what was typed was for the old one."""

    def __init__(self):
        super().__init__(_("The questions of this form have changed."))


def refuse_writing(application):
    """Refuse where the application can no longer be written in: a draft always can, until it is sent."""
    now = clock.now()
    if application.status not in EDITABLE:
        raise not_now(application)
    if application.status == S.CHANGES_REQUESTED and now >= application.changes_by:
        raise Refused(_("The time to complete the application has passed."))
    if application.status == S.SUBMITTED and not application.is_in_time(now):
        raise Refused(_("Applications are closed. What you sent stays as it is."))


def save_draft(application, *, typed, base=None):
    """Keep what was typed (raw values by key, see `programs.questions.drafts`); nothing need be complete or right.

    `application` is as it was just read; `base` is the revision on which the text was written, None to keep it in
    any case. Raises Stale where one of the keys was changed to something else after `base`, Moved where the form
    is another one by now. One UPDATE that holds only for the revision and the form read, tried again on the newest
    revision, so that nothing is overwritten unseen and no lock is needed. Saving the same again changes nothing. A
    submitted application stays as it was sent.
    """
    asked = (application.form_version_id, application.changes_keys)
    for _attempt in range(TRIES):
        refuse_writing(application)
        changed = {
            key: value for key, value in typed.items() if (application.draft.get(key) or "") != (value or "")
        }
        if base is not None:
            clashing = [key for key in changed if application.stamps.get(key, 0) > base]
            if clashing:
                raise Stale(clashing)
        if not changed:
            return application
        revision = application.revision + 1
        fields = {
            "draft": {**application.draft, **changed},
            "stamps": {**application.stamps, **dict.fromkeys(changed, revision)},
            "revision": revision,
            "saved_at": clock.now(),
        }
        unchanged = Application.objects.filter(
            pk=application.pk,
            revision=application.revision,
            status=application.status,
            form_version=application.form_version_id,
        )
        if unchanged.update(**fields):
            for name, value in fields.items():
                setattr(application, name, value)
            return application
        try:
            application.refresh_from_db(fields=WRITTEN)
        except Application.DoesNotExist:
            raise Refused(_("This draft has been deleted.")) from None
        if asked != (application.form_version_id, application.changes_keys):
            raise Moved
    raise Refused(_("This is being changed elsewhere at this very moment. Please try again."))


def reset_draft(application):
    """Make the draft what was sent; the caller holds the lock. Does nothing where it is that already."""
    if application.sent_revision == application.revision:
        return
    application.draft = as_draft(application.full_name, application.romanized_name, application.answers)
    application.revision += 1
    application.sent_revision = application.revision
    application.stamps = dict.fromkeys(application.stamps, application.revision)
    application.save(update_fields=["draft", "revision", "sent_revision", "stamps"])
