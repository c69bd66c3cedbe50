"""Work samples as they are shown: on the page of the pair, on the desks, on a page of their own. Reads only."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from mentoring import permissions
from mentoring.models.samples import WorkSample
from portal import i18n, pills, uploads
from portal.models import FileAccess

MOST_OPENINGS = 100  # on the page; the newest


def part(user, pairing, viewer, now, held):
    """What `mentoring/workspace/_samples.html` takes; nothing is asked where the pair has none."""
    may_add = permissions.works_in(user, pairing)
    rows = []
    if pairing.has_samples:
        found = WorkSample.objects.visible_to(user).filter(pairing=pairing).with_versions()
        rows = [row_of(sample, user) for sample in found]
    if not rows and not may_add:
        return None
    return {
        "template": "mentoring/workspace/_samples.html",
        "rows": [row for row in rows if not row["is_withdrawn"]],
        "withdrawn": [row for row in rows if row["is_withdrawn"]],
        "add_url": reverse("sample-add", args=[pairing.code]) if may_add else "",
    }


def row_of(sample, user):
    """One work sample, with its latest version."""
    latest = sample.latest
    name = owner_name(sample)
    return {
        "title": sample.title,
        "title_lang": i18n.language_of_text(sample.title),
        "url": sample.get_absolute_url(),
        "name": name,
        "name_lang": i18n.language_of_text(name),
        "at": sample.changed_at,
        "version": latest.number,
        "pill": pill_of(sample) if sample.owner_id == user.pk else None,
        "is_withdrawn": sample.withdrawn_at is not None,
        "open_url": open_url(sample, latest),
    }


def owner_name(sample):
    """Who handed it in, by the name that the pair knows."""
    mentor = sample.pairing.mentor
    return mentor.name if mentor.user_id == sample.owner_id else sample.owner.display_name


def open_url(sample, version):
    """Where a version is opened; empty where there is nothing left of it."""
    return reverse("sample-open", args=[sample.code, version.code]) if version.is_there else ""


def pill_of(sample):
    """How it stands, for its owner."""
    if sample.withdrawn_at is not None:
        state, label = "withdrawn", pgettext("sample", "Withdrawn")
    elif sample.is_expired:
        state, label = "expired", pgettext("sample", "Expired")
    else:
        state, label = "open", _("Open until %(day)s") % {"day": i18n.day(sample.readable_until)}
    return pills.pill(pills.SAMPLE_PILLS, state, label)


def version_rows(sample):
    """Each version, newest first."""
    return [
        {
            "number": version.number,
            "added": i18n.moment(version.added_at),
            "name": version.name,
            "note": kind_words(version),
            "url": open_url(sample, version),
        }
        for version in sample.versions.all()
    ]


def kind_words(version):
    """What a version is: a file of a size, a link to a host, or gone."""
    if version.upload is not None:
        return f"{version.upload.get_kind_display()}, {uploads.shown_size(version.upload.size)}"
    if version.link:
        return _("Link")
    return _("Deleted: nobody else could open it for 30 days.")


def reader_lines(sample):
    """Who else may open it, for its owner."""
    names = []
    if sample.with_other:
        mentor = sample.pairing.mentor
        other = sample.pairing.enrolment.person if mentor.user_id == sample.owner_id else None
        names.append(other.display_name if other else mentor.name)
    names += sorted(mentor.name for mentor in sample.mentors.select_related("expert", "user"))
    if sample.with_staff:
        names.append(_("The staff who run the cohort"))
    return names or [_("Nobody else")]


def openings(sample):
    """Who else opened which version and when, newest first, for `components/lines.html`; for the owner alone."""
    versions = {version.code: version for version in sample.versions.all()}
    found = FileAccess.objects.filter(owner=sample.owner_id, code__in=versions, by__isnull=False)
    found = found.exclude(by=sample.owner_id).select_related("by").order_by("-at", "-pk")
    lines = []
    for access in found[:MOST_OPENINGS]:
        name, version = access.by.display_name, versions[access.code]
        lines.append(
            {
                "when": i18n.moment(access.at),
                "title": name,
                "title_lang": i18n.language_of_text(name),
                "note": version.name,
                "side": _("Version %(number)s") % {"number": version.number},
                "user": True,
            }
        )
    return lines


def facts(reader, pairs):
    """What the rows of a desk say of work samples, by the pair's key; two queries where there are any."""
    with_some = {pairing.pk: pairing for pairing in pairs if pairing.has_samples}
    if not with_some:
        return {}
    found = WorkSample.objects.visible_to(reader).filter(pairing__in=with_some, withdrawn_at__isnull=True)
    dates = {}
    for pk, at in found.order_by("-changed_at").values_list("pairing", "changed_at"):
        dates.setdefault(pk, []).append(at)
    return {
        pk: {
            "term": _("Work samples"),
            "value": ngettext("%(count)s, latest %(day)s", "%(count)s, latest %(day)s", len(ats))
            % {"count": i18n.number(len(ats)), "day": i18n.day(ats[0], weekday=False)},
            "url": f"{with_some[pk].get_absolute_url()}#samples",
        }
        for pk, ats in dates.items()
    }


def from_others(user, profile):
    """What mentees of other mentors let a mentor open, for the desk; nothing is asked where there is none."""
    if profile is None or not profile.is_let_in:
        return []
    found = WorkSample.objects.shared_with(user).filter(mentors=profile)
    return [row_of(sample, user) for sample in found.exclude(pairing__mentor=profile).with_versions()]
