"""The main menu. A link stands here only once its page exists."""

from django.urls import reverse
from django.utils.translation import gettext as _


def sections(request):
    """The menu's entries: `url`, `label`, and whether the page belongs under it (`current`)."""
    catalog = reverse("catalog")
    entries = [
        (catalog, _("Programs")),
        (f"{catalog}?kind=masterclass", _("Masterclass")),
        (f"{catalog}?kind=internship", _("Internships")),
        (f"{catalog}?kind=networking&kind=talk", _("Networking & events")),
        (reverse("instructors"), _("Instructors")),
        (reverse("partners"), _("Partnership")),
    ]
    here = request.get_full_path()
    path = request.path
    chosen = next((url for url, _label in entries[1:] if here == url or path == url), None)
    if chosen is None and path.startswith(catalog):
        chosen = catalog
    if chosen is None and path.startswith((reverse("partners"), reverse("agreements"))):
        chosen = reverse("partners")
    return [{"url": url, "label": label, "current": url == chosen} for url, label in entries]
