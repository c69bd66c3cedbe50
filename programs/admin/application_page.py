"""What the page of one application says in the admin beside its facts: only what was sent, never a draft."""

import re

from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from accounts import terms
from accounts.admin_tools import event_line
from portal import i18n, pills
from programs import consents, letters, mails_sent, sent
from programs.models.eligibility import RuleKind

ON_BEHALF = ("application.entered", "application.fixed")
CONDITIONS = re.compile(r"unmet: (.+)$")  # what programs.operations.on_behalf writes of conditions passed over
CONDITION_LABELS = {
    **dict(RuleKind.choices),
    "restricted": gettext_lazy("Participation restriction"),
    "overlap": gettext_lazy("Place at the same time"),
}


def who(person):
    """A person's name, or the system's."""
    return person.display_name if person else gettext("System")


def consent_lines(application):
    """Each text that the cohort asks agreement to, and how the applicant stands towards it."""
    cohort, person = application.cohort, application.applicant
    standing = terms.standing(person, cohort)
    records = list(standing.values())
    prefetch_related_objects(records, "recorded_by")
    lines = []
    for row in consents.rows(cohort, person, ()):
        record = standing.pop(row["term"].pk, None)
        lines.append(consent_line(row["version"], record, is_required=row["required"]))
    more = [record for record in standing.values() if record.cohort_id == cohort.pk]
    lines += [consent_line(record.version, record) for record in more]
    return lines


def consent_line(version, record, *, is_required=False):
    """A text with the latest answer to it, if there is one."""
    notes = [gettext("Required") if is_required else gettext("Optional")]
    if record is None:
        pill = {"tone": "soon", "icon": "ring", "label": gettext("Not answered")}
    elif not record.given:
        pill = {"tone": "done", "icon": "minus", "label": gettext("Not agreed")}
    elif record.version_id != version.pk:
        pill = {"tone": "warn", "icon": "clock", "label": gettext("Agreed to an earlier version")}
    else:
        pill = {"tone": "good", "icon": "check", "label": gettext("Agreed")}
    if record is not None:
        notes.append(i18n.moment(record.at))
        if record.recorded_by is not None:
            notes.append(gettext("in writing, recorded by %(name)s") % {"name": record.recorded_by.display_name})
    return {
        "title": version.title,
        "title_lang": i18n.language_of(version, "title"),
        "note": " · ".join(notes),
        "pill": pill,
    }


def reference_lines(application, now):
    """The referees asked, whether their letters are there, and the way to each."""
    lines = []
    for request in application.references.all():
        request.application = application
        reached = letters.state(request, now)
        last = request.received_at or request.declined_at or request.ended_at or request.asked_at
        lines.append(
            {
                "when": i18n.moment(last),
                "title": request.name,
                "note": " · ".join(part for part in (request.affiliation, request.email) if part),
                "url": reverse("admin:programs_referencerequest_change", args=[request.pk]),
                "pill": pills.pill(pills.LETTER_PILLS, reached, reached.label),
                "user": True,
            }
        )
    return lines


def mail_lines(application, user):
    """Every mail to the applicant about it and what became of it; an administrator has the way to its text."""
    lines = []
    for row in mails_sent.about(application):
        line = mails_sent.line(row)
        if user.is_admin:
            line["url"] = reverse("admin:portal_outgoingmail_change", args=[row.pk])
        lines.append(line)
    return lines


def submission_entries(application):
    """Each time it was sent: when, by whom, why, and what had changed since the time before."""
    return [
        entry
        | {
            "when": i18n.moment(entry["at"]),
            "who": gettext("Applicant") if entry["by"].pk == application.applicant_id else who(entry["by"]),
            "what": ", ".join(str(label) for label in entry["labels"]),
        }
        for entry in sent.submissions(application)
    ]


def deed_line(event, people):
    """A row of the audit about it; what was written on behalf stands with its submission, by name, not by key.

    `people` are those whom the row may note, by number.
    """
    line = event_line(event, people)
    if event.verb in ON_BEHALF:
        passed = CONDITIONS.search(event.after)
        codes = passed.group(1).split(", ") if passed else []
        labels = [CONDITION_LABELS.get(code, code) for code in codes]
        over = gettext("although not met: %(conditions)s") % {"conditions": ", ".join(map(str, labels))}
        line["note"] = f"{event.reason} · {over}" if labels else event.reason
    return line
