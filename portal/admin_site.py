"""The admin as this site has it: log-in by allauth, strangers get 404, people's own language."""

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class PortalAdminSite(admin.AdminSite):
    """Lets in staff alone: a visitor is sent to log-in, anyone else gets 404."""

    site_header = _("Grow Creative operations")
    site_title = _("Grow Creative operations")
    index_title = _("Today")
    enable_nav_sidebar = True

    def has_permission(self, request):
        """Whether the person works here."""
        return request.user.is_active and request.user.is_authenticated and request.user.is_staff

    def admin_view(self, view, cacheable=False):
        """A view behind the door above."""
        inner = super().admin_view(view, cacheable)

        def guarded(request, *args, **kwargs):
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404
            return inner(request, *args, **kwargs)

        return guarded

    def login(self, request, extra_context=None):
        """The one log-in of the site, with its limits and its second factor."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise Http404
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
