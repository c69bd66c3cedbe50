"""What a cohort asks its applicants to agree to."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Term, TermKind
from programs.models.cohorts import Cohort


class CohortTerm(models.Model):
    """A term that a cohort asks for. Which kinds may be required at all is the term's own rule."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="terms", verbose_name=_("cohort"))
    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="+", verbose_name=_("text"))
    is_required = models.BooleanField(_("required"), default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=1)

    class Meta:
        verbose_name = _("text to agree to")
        verbose_name_plural = _("texts to agree to")
        ordering = ["cohort", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["cohort", "term"], name="cohort_term_once")]

    def __str__(self):
        return str(self.term)

    def clean(self):
        """Refuse to require what has to stay a free choice, and to leave open what nobody can apply without."""
        if self.term_id is None:
            return
        if self.is_required and not self.term.may_be_required:
            raise ValidationError({"is_required": _("Consent to this has to stay a free choice.")})
        if not self.is_required and self.term.kind == TermKind.APPLICATION:
            raise ValidationError({"is_required": _("Nobody can apply without this consent.")})
