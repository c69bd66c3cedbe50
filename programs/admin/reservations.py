"""Seats kept for partners, on the page of a cohort; and who is nominated, among the deeds with applications."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.admin_deeds import DeedForm
from accounts.admin_tools import MomentField
from partners.models.organizations import Organization
from portal import clock, i18n
from programs import seating
from programs.admin.deeds import ApplicationDeed, seats_text
from programs.models.selection import SeatReservation
from programs.operations import reservations


class KeepForm(DeedForm):
    """How many seats for which partner, until when."""

    organization = forms.ModelChoiceField(
        label=gettext_lazy("Partner"),
        queryset=Organization.objects.none(),
        empty_label=gettext_lazy("Choose a partner"),
    )
    seats = forms.IntegerField(
        label=gettext_lazy("Seats"),
        min_value=0,
        max_value=100_000,
        help_text=gettext_lazy("0: none are kept any more."),
    )
    until = MomentField(
        label=gettext_lazy("Kept until"),
        required=False,
        help_text=gettext_lazy("Seoul time. What is not taken by then goes to the waitlist."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.all()

    def clean(self):
        """A date, wherever seats are kept."""
        data = super().clean()
        if data.get("seats") and not data.get("until") and "until" not in self.errors:
            self.add_error("until", _("Say until when they are kept."))
        return data


class ReservationPages:
    """Adds the page on which seats are kept to the pages of a cohort."""

    def keep_view(self, request, cohort_id):
        """Keeps seats for a partner; the facts say what is kept already."""

        def facts(cohort):
            now = clock.now()
            return [(_("Seats"), seats_text(cohort, now)), *kept_facts(cohort, now)]

        def perform(cohort, data):
            partner, count = data["organization"], data["seats"]
            reservations.keep_seats(cohort.pk, partner, count, data["until"], by=request.user)
            if not count:
                return _("No seat is kept for %(partner)s any more.") % {"partner": partner.name}
            text = ngettext(
                "%(count)s seat is kept for %(partner)s.", "%(count)s seats are kept for %(partner)s.", count
            )
            return text % {"count": count, "partner": partner.name}

        return self.ask(
            request,
            self.find(request, cohort_id),
            label=_("Keep seats for a partner"),
            note=_("Whoever the partner nominates takes them, past others on the waitlist, until the date."),
            form_class=KeepForm,
            facts=facts,
            perform=perform,
        )


def kept_facts(cohort, now):
    """What is kept for each partner, and how much of it is not taken: pairs of a term and its value."""
    left = seating.reserved(cohort, now)
    facts = []
    for row in SeatReservation.objects.filter(cohort=cohort).select_related("organization").order_by("until", "pk"):
        words = {"left": left.get(row.organization_id, 0), "seats": row.seats, "until": i18n.moment(row.until)}
        text = _("%(left)s of %(seats)s open, kept until %(until)s") % words
        if row.until <= now:
            text = _("fell back %(moment)s") % {"moment": i18n.moment(row.until)}
        facts.append((_("Kept for %(partner)s") % {"partner": row.organization.name}, text))
    return facts


class NominateForm(DeedForm):
    """By whom."""

    organization = forms.ModelChoiceField(
        label=gettext_lazy("Partner"),
        queryset=Organization.objects.none(),
        required=False,
        empty_label=gettext_lazy("Nominated by no partner"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.all()


class Nominate(ApplicationDeed):
    """Writes down by which partner applicants are nominated."""

    name = "nominate"
    label = gettext_lazy("Nominated by a partner")
    button = gettext_lazy("Write it down")
    note = gettext_lazy(
        "Nominated applicants take the seats kept for the partner. On the waitlist an open one is offered at once."
    )
    statuses = reservations.NOMINABLE
    form_class = NominateForm

    def cohort_facts(self, cohort, rows, now):
        """The seats, and what is kept for whom."""
        return [*super().cohort_facts(cohort, rows, now), *kept_facts(cohort, now)]

    def perform(self, row, *, by, data):
        """Write one down."""
        reservations.nominate(row.pk, data["organization"], by=by)

    def done(self, count):
        """How many."""
        return ngettext(
            "Nomination written down for %(count)s application.",
            "Nominations written down for %(count)s applications.",
            count,
        ) % {"count": count}
