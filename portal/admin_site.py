"""The admin as this site has it: log-in by allauth, strangers get 404, groups by work."""

from functools import wraps

from django.contrib import admin, auth
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.i18n import JavaScriptCatalog

from accounts.admin_tools import ScopedAdmin

# The headings of the index and the side bar, in the order in which staff need them.
GROUPS = {
    "run": _("Cohorts and applications"),
    "mentoring": _("Mentoring"),
    "catalog": _("Programs"),
    "partners": _("Partners"),
    "people": _("People and roles"),
    "mail": _("Mail and messages"),
    "records": _("Records"),
    "other": _("Other"),
}
LEFT_OUT = ("view_on_site", "password_change_done")


class ScriptWords(JavaScriptCatalog):
    """Django's catalog for its scripts, whose count of chosen rows the portal's own catalog says."""

    def get_catalog(self):
        """With our word for that count, in as many plural forms as the language has."""
        text = ngettext("%(sel)s of %(cnt)s selected", "%(sel)s of %(cnt)s selected", 2)
        return super().get_catalog() | {"%(sel)s of %(cnt)s selected": [text] * self._num_plurals}


class PortalAdminSite(admin.AdminSite):
    """Lets in staff alone: a visitor is sent to log-in, anyone else gets 404."""

    site_header = _("Grow Creative operations")
    site_title = _("Grow Creative operations")
    index_title = _("Today")
    enable_nav_sidebar = True

    def __init__(self, name="admin"):
        super().__init__(name)
        self.disable_action("delete_selected")

    def register(self, model_or_iterable, admin_class=None, **options):
        """Take only models whose admin asks for roles; what libraries register by themselves stays out."""
        if admin_class is not None and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request):
        """Whether the person works here."""
        return request.user.is_authenticated and request.user.is_staff

    def admin_view(self, view, cacheable=False):
        """A view behind the door above."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)  # whoever takes files checks the token after its limits are set
        def guarded(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return guarded

    @method_decorator(never_cache)
    @method_decorator(login_not_required)
    def login(self, request, extra_context=None):
        """The one log-in of the site, with its limits and its second factor."""
        address = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(address, allowed_hosts=None):
            address = reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(address)
        if not self.has_permission(request):
            raise Http404
        return redirect("admin:index")

    def logout(self, request, extra_context=None):
        """Log-out by POST alone, as everywhere."""
        if request.method != "POST":
            raise Http404
        auth.logout(request)
        return redirect("home")

    def password_change(self, request, extra_context=None):
        """The one page for it, which asks for the old password."""
        return redirect("account_change_password")

    def i18n_javascript(self, request, extra_context=None):
        """The words of Django's scripts, one of them said in better Korean."""
        return ScriptWords.as_view(packages=["django.contrib.admin"])(request)

    def get_urls(self):
        """Django's addresses without those that show an object by its type and number."""
        return [pattern for pattern in super().get_urls() if getattr(pattern, "name", None) not in LEFT_OUT]

    def get_log_entries(self, request):
        """None: the audit says what was done."""
        return ()

    def get_app_list(self, request, app_label=None):
        """The models under the headings of the work they belong to, in the order of their registration."""
        groups = {}
        for app in self._build_app_dict(request, app_label).values():
            for entry in app["models"]:
                model_admin = self._registry[entry["model"]]
                groups.setdefault(model_admin.group, []).append((model_admin.place, entry))
        return [
            {
                "name": title,
                "app_label": group,
                "app_url": reverse("admin:index") + f"#{group}",
                "has_module_perms": True,
                "models": [entry for _place, entry in sorted(groups[group], key=lambda pair: pair[0])],
            }
            for group, title in GROUPS.items()
            if group in groups
        ]

    def app_index(self, request, app_label, extra_context=None):
        """An app has no page of its own: its models stand in the index."""
        return redirect("admin:index")

    def index(self, request, extra_context=None):
        """What needs doing today, then everything else."""
        return super().index(request, {"today": self.today(request), **(extra_context or {})})

    def today(self, request):
        """The lines of `index`, from whatever registered itself; see `add_today`."""
        return [line for read in self.todays for line in read(request)]

    @cached_property
    def todays(self):
        """The functions that read lines for the index."""
        return []

    def add_today(self, read):
        """Have `read(request)` give lines for the index: dicts as components/lines.html takes them."""
        self.todays.append(read)
