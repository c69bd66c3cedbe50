"""What is handed out in a cohort: added by staff and by those who teach, and taken away again."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit, uploads
from portal.errors import Refused
from portal.models import UploadKind
from programs.models.cohorts import Session
from programs.models.materials import Material
from programs.operations.moves import lock_cohort

MOST = 200  # of one cohort
MOST_BYTES = uploads.MOST_BYTES


@transaction.atomic
def add_material(cohort_id, *, by, session_id=None, file=None, link="", **fields):
    """Hand out a file or a link in a cohort, or in one of its sessions. Returns the Material.

    `file` is best one of `portal.uploads.prepared`. Raises ValidationError where it is not one that is taken.
    """
    cohort = lock_cohort(cohort_id)
    if session_id is not None and not Session.objects.filter(pk=session_id, cohort=cohort).exists():
        raise Refused(_("This session has been taken away."))
    if (file is None) == (not link):
        raise Refused(_("Give a file or a link, one of the two."))
    if cohort.materials.count() >= MOST:
        raise Refused(_("There are too many materials in this cohort. Remove one first."))
    upload = None
    if file is not None:
        upload = uploads.store(file, owner=by, kinds=UploadKind.values, most_bytes=MOST_BYTES)
    material = Material.objects.create(
        cohort=cohort, session_id=session_id, upload=upload, link=link, made_by=by, **fields
    )
    audit.record("material.added", target=material, by=by)
    return material


@transaction.atomic
def remove_material(material_id, *, by):
    """Take a material away, with its file. Twice is the same as once."""
    found = Material.objects.select_for_update(of=("self",)).select_related("upload").filter(pk=material_id).first()
    if found is None:
        return
    audit.record("material.removed", target=found, by=by)
    upload = found.upload
    found.delete()
    if upload is not None:
        uploads.remove(upload)
