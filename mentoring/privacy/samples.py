"""What work samples hold about a person, for the data that they take along: their own, and the files there are."""

from mentoring.models.samples import SampleVersion, WorkSample
from portal.models import FileAccess


def export(user):
    """The person's own work samples and when others opened them, not who: a name is not their data."""
    found = WorkSample.objects.filter(owner=user).prefetch_related("versions").order_by("handed_in_at", "pk")
    return [
        {
            "title": sample.title,
            "with_other": sample.with_other,
            "with_staff": sample.with_staff,
            "other_mentors": sample.mentors.count(),
            "readable_until": sample.readable_until,
            "withdrawn_at": sample.withdrawn_at,
            "versions": [
                {"name": version.name, "link": version.link, "added_at": version.added_at}
                for version in sample.versions.all()
            ],
            "opened_at": opened_at(sample),
        }
        for sample in found
    ]


def opened_at(sample):
    """When others opened any of its versions."""
    codes = [version.code for version in sample.versions.all()]
    found = FileAccess.objects.filter(owner=sample.owner_id, code__in=codes).exclude(by=sample.owner_id)
    return list(found.order_by("at", "pk").values_list("at", flat=True))


def files(user):
    """The files of the person's own work samples, as they were handed in."""
    found = SampleVersion.objects.filter(sample__owner=user, upload__isnull=False).select_related("upload")
    return [(version.upload.name, version.upload.file) for version in found.order_by("pk")]
