"""Sign-up, log-in, second factor: allauth's addresses."""

from django.urls import include, path

urlpatterns = [path("", include("allauth.urls"))]
