"""Sign-up, log-in, second factor, profile: our pages, then allauth's."""

from django.urls import URLPattern, URLResolver, include, path

from accounts import privacy_views, views

text_urls = [
    path("privacy/", views.privacy, name="privacy"),
    path("terms/", views.terms_of_use, name="terms"),
]

privacy_urls = [
    path("", privacy_views.overview, name="my-privacy"),
    path("consents/<slug:slug>/", privacy_views.consent, name="my-consent"),
    path("consents/<slug:slug>/<slug:program>/<slug:cohort>/", privacy_views.consent, name="my-consent"),
    path("data/", privacy_views.data, name="my-privacy-data"),
    path("close/", privacy_views.close, name="my-privacy-close"),
    path("closed/", privacy_views.closed, name="my-privacy-closed"),
]

account_urls: list[URLPattern | URLResolver] = [
    path("age/", views.age, name="age"),
    path("age/under-14/", views.too_young, name="too_young"),
    path("profile/", views.profile, name="profile"),
    path("stay/", views.stay, name="stay"),
    path("signup/", views.signup, name="account_signup"),
    path("", include("allauth.urls")),
]

urlpatterns = [
    path("accounts/", include(account_urls)),
    path("my/privacy/", include(privacy_urls)),
    *text_urls,
]
