"""Every address of the site: pages under /ko/ and /en/, and the few without a language."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from portal import styleguide, views
from programs import urls as programs_urls

handler400 = "portal.views.bad_request"
handler403 = "portal.views.not_found"  # 403 is for CSRF alone: a stranger learns nothing but 404
handler404 = "portal.views.not_found"
handler500 = "portal.views.server_error"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("robots.txt", views.robots, name="robots"),
    path("posters/<slug:kind>/<slug:slug>.svg", views.poster, name="poster"),
    path("admin/", admin.site.urls),
    *programs_urls.without_language,
    *i18n_patterns(
        path("", views.home, name="home"),
        path("my/", views.my, name="my"),
        path("my/mail/", views.my_mail, name="my-mail"),
        path("my/mail/<slug:code>/", views.my_mail_text, name="my-mail-text"),
        path("", include("accounts.urls")),
        path("", include("partners.urls")),
        path("", include("programs.urls")),
        path("", include("mentoring.urls")),
        *([path("styleguide/", styleguide.styleguide, name="styleguide")] if settings.DEBUG else []),
    ),
]
