"""How sessions are read."""

from django.db import models


class SessionQuerySet(models.QuerySet):
    """Reading sessions."""

    def held(self):
        """Those that take place: neither they nor their cohort are cancelled."""
        return self.filter(cancelled_at=None, cohort__cancelled_at=None)

    def meeting(self, starts_at, ends_at):
        """Those that overlap with a time."""
        return self.filter(starts_at__lt=ends_at, ends_at__gt=starts_at)

    def taught_by(self, user):
        """Those in which `user` is one of the experts."""
        parts = self.model._meta.get_field("session_experts").related_model.objects
        return self.filter(pk__in=parts.filter(expert__user=user).values("session"))

    def managed_by(self, user):
        """Those of the cohorts that `user` runs."""
        cohorts = self.model._meta.get_field("cohort").related_model.objects
        return self.filter(cohort__in=cohorts.managed_by(user).values("pk"))
