"""Who opened the confidential files of an application, as its owner reads it. Reads only."""

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.models import Role, RoleGrant
from portal import i18n
from portal.models import FileAccess
from programs.questions.loading import questions_of

TOLD = (Role.ADMIN, Role.MANAGER, Role.REVIEWER, Role.MENTOR)  # in whose name somebody opens another's file


def confidential(application):
    """The names of its confidential files by their codes: those there are, and those of earlier submissions."""
    found = {
        row.upload.code: row.upload.name
        for row in application.files.select_related("upload")
        if row.upload.is_confidential
    }
    secret = {question.key for question in questions_of(application.form_version_id) if question.is_confidential}
    for submission in application.submissions.all():
        named = {file["code"]: file["name"] for file in submission.files}
        for key in secret:
            for code in submission.answers.get(key) or ():
                if code in named:
                    found.setdefault(code, named[code])
    return found


def roles_at(person, moment):
    """What somebody was at a moment, in words: roles, each with the organization it was given for."""
    words = []
    for grant in person.grants.all():
        if grant.role in TOLD and grant.from_at <= moment and (grant.to_at is None or grant.to_at > moment):
            named = [Role(grant.role).label, grant.organization.name if grant.organization else ""]
            words.append(" ".join(str(part) for part in named if part))
    return " · ".join(dict.fromkeys(words)) or _("Staff")


def lines(application):
    """Each time somebody else opened a confidential file, newest first, for `components/lines.html`.

    Also where the file has been replaced or erased since. Whoever reviews the application is not named, here as in
    its results. Six queries at most.
    """
    names = confidential(application)
    if not names:
        return []
    grants = RoleGrant.objects.select_related("organization").order_by("role", "pk")
    accesses = (
        FileAccess.objects.filter(owner=application.applicant_id, code__in=names, by__isnull=False)
        .exclude(by=application.applicant_id)
        .select_related("by")
        .prefetch_related(Prefetch("by__grants", grants))
    )
    reviewers = set(application.reviews.values_list("reviewer", flat=True)) if accesses else set()
    return [
        {
            "when": i18n.moment(access.at),
            **(REVIEWER if access.by_id in reviewers else named(access)),
            "note": names[access.code],
            "user": True,
        }
        for access in accesses
    ]


REVIEWER = {"title": Role.REVIEWER.label, "title_lang": "", "side": ""}


def named(access):
    """Who opened a file, and as what."""
    name = access.by.display_name
    return {"title": name, "title_lang": i18n.language_of_text(name), "side": roles_at(access.by, access.at)}
