"""Everything that changes work samples: by their owner, while the two work together; withdrawn at any time."""

from contextlib import contextmanager
from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import permissions, sample_readers
from mentoring.models.samples import (
    LONGEST,
    MOST_BYTES,
    MOST_SAMPLES,
    MOST_VERSIONS,
    TITLE_LIMIT,
    SampleVersion,
    WorkSample,
)
from mentoring.operations.pairs import lock, refuse_ended
from portal import audit, clock, uploads, watermark
from portal.errors import Refused
from portal.models import UploadKind


@contextmanager
def prepared(file):
    """A file looked at and written before any lock is taken; a PDF is one that can be given out with a watermark.

    Raises ValidationError as `portal.uploads.check` and `portal.watermark.check` do.
    """
    with uploads.prepared(file, kinds=UploadKind.values, most_bytes=MOST_BYTES) as ready:
        if ready.checked.kind == UploadKind.PDF:
            watermark.check(file)
        yield ready


def _lock_for(pairing_id, *, by):
    """The pair behind its lock, while `by` works in it."""
    pairing = lock(pairing_id)
    refuse_ended(pairing)
    if not permissions.works_in(by, pairing):
        raise Refused(_("Only the mentor and the mentee hand in work samples."))
    return pairing


def _locked(sample_id, *, by):
    """One's own sample behind the lock on its pair, while it is not withdrawn."""
    pairing_id = WorkSample.objects.values_list("pairing", flat=True).get(pk=sample_id)
    pairing = _lock_for(pairing_id, by=by)
    sample = WorkSample.objects.get(pk=sample_id)
    if sample.owner_id != by.pk:
        raise Refused(_("Only whoever handed it in changes a work sample."))
    if sample.withdrawn_at is not None:
        raise Refused(_("This work sample is withdrawn."))
    sample.pairing = pairing
    return sample


def _checked(title, readable_until):
    """The title, stripped, where both can be kept."""
    title = title.strip()
    if not title or len(title) > TITLE_LIMIT:
        raise Refused(_("A title has between 1 and %(limit)s characters.") % {"limit": TITLE_LIMIT})
    if not clock.today() <= readable_until <= clock.today() + LONGEST:
        raise Refused(_("Choose a day from today on, within two years."))
    return title


def _may_read(pairing, mentors, *, by):
    """The chosen mentors; refused where one of them cannot be chosen."""
    allowed = {mentor.pk for mentor in sample_readers.other_mentors(pairing, by)}
    if not {mentor.pk for mentor in mentors} <= allowed:
        raise Refused(_("Choose mentors who take part in the round."))
    return mentors


def host_of(link):
    """Where a link leads."""
    return (urlsplit(link).hostname or "")[:200]


def _add_version(sample, *, by, file, link):
    """The next version of a locked sample."""
    if (file is None) == (not link):
        raise Refused(_("Give a file or a link, one of the two."))
    number = sample.versions.count() + 1
    if number > MOST_VERSIONS:
        raise Refused(_("A work sample has at most %(most)s versions.") % {"most": MOST_VERSIONS})
    if file is None:
        return SampleVersion.objects.create(
            sample=sample, number=number, link=link, name=host_of(link), added_at=clock.now()
        )
    upload = uploads.store(file, owner=by, kinds=UploadKind.values, most_bytes=MOST_BYTES, is_confidential=True)
    return SampleVersion.objects.create(
        sample=sample, number=number, upload=upload, code=upload.code, name=upload.name, added_at=clock.now()
    )


@transaction.atomic
def hand_in(
    pairing_id, title, *, by, readable_until, file=None, link="", with_other=True, with_staff=False, mentors=()
):
    """Hand in a work sample: a `file` from `prepared`, or a link. Returns the WorkSample."""
    pairing = _lock_for(pairing_id, by=by)
    title = _checked(title, readable_until)
    mentors = _may_read(pairing, mentors, by=by)
    if pairing.samples.filter(withdrawn_at__isnull=True).count() >= MOST_SAMPLES:
        raise Refused(_("A pair has at most %(most)s work samples. Withdraw one first.") % {"most": MOST_SAMPLES})
    now = clock.now()
    sample = WorkSample.objects.create(
        pairing=pairing,
        owner=by,
        title=title,
        with_other=with_other,
        with_staff=with_staff,
        readable_until=readable_until,
        handed_in_at=now,
        changed_at=now,
    )
    sample.mentors.set(mentors)
    _add_version(sample, by=by, file=file, link=link)
    audit.record("sample.handed_in", target=sample, by=by, after=f"pairing {pairing.pk}")
    return sample


@transaction.atomic
def add_version(sample_id, *, by, file=None, link=""):
    """Hand in a new version; the earlier ones stay. Returns the SampleVersion."""
    sample = _locked(sample_id, by=by)
    version = _add_version(sample, by=by, file=file, link=link)
    sample.changed_at = version.added_at
    sample.save(update_fields=["changed_at"])
    audit.record("sample.version", target=sample, by=by, after=f"version {version.number}")
    return version


@transaction.atomic
def change(sample_id, title, *, by, readable_until, with_other, with_staff, mentors=()):
    """Other words for the title, other readers, another last day. Returns the WorkSample."""
    sample = _locked(sample_id, by=by)
    values = {
        "title": _checked(title, readable_until),
        "with_other": with_other,
        "with_staff": with_staff,
        "readable_until": readable_until,
    }
    mentors = _may_read(sample.pairing, mentors, by=by)
    for name, value in values.items():
        setattr(sample, name, value)
    sample.save(update_fields=list(values))
    sample.mentors.set(mentors)
    readers = [name for name in ("with_other", "with_staff") if values[name]] + [f"mentor {m.pk}" for m in mentors]
    after = f"until {readable_until}, {', '.join(readers) or 'nobody'}"
    audit.record("sample.changed", target=sample, by=by, after=after)
    return sample


@transaction.atomic
def withdraw(sample_id, *, by):
    """Nobody else opens it from now on, also after the end of the pair. Twice is the same as once."""
    sample = WorkSample.objects.select_for_update(no_key=True).get(pk=sample_id)
    if sample.owner_id != by.pk:
        raise Refused(_("Only whoever handed it in changes a work sample."))
    if sample.withdrawn_at is None:
        sample.withdrawn_at = clock.now()
        sample.save(update_fields=["withdrawn_at"])
        audit.record("sample.withdrawn", target=sample, by=by)
    return sample


def clear(versions):
    """Let go of the files and links of these versions; their names stay. Returns how many. In a transaction."""
    cleared = 0
    for version in versions.select_related("upload"):
        upload, version.upload, version.link = version.upload, None, ""
        version.save(update_fields=["upload", "link"])
        if upload is not None:
            uploads.remove(upload)
        cleared += 1
    return cleared


def clear_over(now):
    """Let go of what nobody else could open for thirty days, sample by sample. Returns how many versions."""
    there = SampleVersion.objects.exclude(upload=None, link="")
    due = WorkSample.objects.over(now).filter(pk__in=there.values("sample"))
    cleared = 0
    for pk in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            sample = WorkSample.objects.over(now).select_for_update(of=("self",), no_key=True).filter(pk=pk).first()
            if sample is not None:
                count = clear(there.filter(sample=sample))
                audit.record("sample.cleared", target=sample, by=None, after=f"{count}")
                cleared += count
    return cleared


def erase_samples(user):
    """Take away what either side handed in to the pairs of a person as a mentee, and the person as a reader.

    What they gave to mentees of theirs as a mentor is let go of with those pairs.
    """
    of_mentee = WorkSample.objects.filter(pairing__enrolment__person=user)
    clear(SampleVersion.objects.filter(sample__in=of_mentee))
    of_mentee.delete()
    WorkSample.mentors.through.objects.filter(mentorprofile__user=user).delete()
