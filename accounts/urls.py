"""Sign-up, log-in, second factor, profile: our pages, then allauth's."""

from django.urls import URLPattern, URLResolver, include, path

from accounts import views

text_urls = [
    path("privacy/", views.privacy, name="privacy"),
    path("terms/", views.terms_of_use, name="terms"),
]

account_urls: list[URLPattern | URLResolver] = [
    path("age/", views.age, name="age"),
    path("age/under-14/", views.too_young, name="too_young"),
    path("profile/", views.profile, name="profile"),
    path("stay/", views.stay, name="stay"),
    path("signup/", views.signup, name="account_signup"),
    path("", include("allauth.urls")),
]

urlpatterns = [path("accounts/", include(account_urls)), *text_urls]
