"""Closing pairs in the admin: some by a deed, all of a round on its page, and then the mentors' certificates."""

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin_deeds import Deed, DeedForm
from accounts.admin_tools import name_verbs
from mentoring import closing, progress, zones
from mentoring.admin.shared import cohort_name
from mentoring.models.meetings import Meeting
from mentoring.operations import closing as operations
from portal import clock, i18n
from portal.errors import Refused

name_verbs({"round.closed": _("Round closed")})


def ahead_of(pairings):
    """The meetings ahead of these pairs, by the pair's key; two queries."""
    found = {}
    rows = Meeting.objects.unsettled().filter(pairing__in=pairings, starts_at__gt=clock.now()).for_page()
    for meeting in rows.order_by("starts_at", "pk"):
        found.setdefault(meeting.pairing_id, []).append(meeting)
    return found


def ahead_words(meetings):
    """The meetings ahead of a pair, each with its time; empty where there are none."""
    if not meetings:
        return ""
    times = [zones.times(row.starts_at, row.ends_at, zones.zones_for(None, row.people)) for row in meetings]
    return gettext("Still ahead: %(times)s") % {"times": "; ".join(times)}


class CloseForm(DeedForm):
    """Asks for the word that meetings ahead are cancelled, where there are any."""

    def __init__(self, *args, rows=(), **kwargs):
        super().__init__(*args, rows=rows, **kwargs)
        count = sum(map(len, ahead_of(self.pairings()).values()))
        if count:
            text = ngettext(
                "Cancel the meeting that is still ahead (%(count)s)",
                "Cancel the meetings that are still ahead (%(count)s)",
                count,
            )
            self.fields["cancels"] = forms.BooleanField(
                label=text % {"count": count},
                help_text=gettext("Both sides are told by mail that it does not take place."),
                error_messages={"required": gettext("Say that they are cancelled, or wait until they are over.")},
            )

    def pairings(self):
        """The pairs that are asked about."""
        return [row.pk for row in self.rows]


class RoundCloseForm(CloseForm):
    """The same for all pairs of a round."""

    def pairings(self):
        """Those that work together."""
        return [row.pk for row in closing.pairs_of(self.rows[0]).live()]


def pair_line(pairing, ahead):
    """The two, with what is still ahead of them."""
    return {
        "title": f"{pairing.enrolment.person.display_name} – {pairing.mentor.name}",
        "note": ahead_words(ahead.get(pairing.pk, ())) or cohort_name(pairing.enrolment.cohort),
        "pill": progress.pill(pairing, progress.STAFF),
    }


class ClosePairing(Deed):
    """Closes pairs whose work is done."""

    name = "close_pairing"
    label = _("Close the chosen pairs")
    button = _("Close the pairs")
    note = _(
        "The mentoring of these pairs is complete. Both sides are told by mail, with the way to what they have "
        "reached. Both can read their page, the mentors for 30 more days, and nobody writes any more."
    )
    form_class = CloseForm

    def refusal(self, row):
        """What has ended or never began is not closed."""
        try:
            operations.refuse_unfit(row)
        except Refused as refusal:
            return str(refusal)
        return ""

    def facts(self, request, rows):
        """How many; read here once for their lines."""
        self.ahead = ahead_of(rows)
        return [(gettext("Pairs"), len(rows))]

    def line(self, row):
        """The two."""
        return pair_line(row, getattr(self, "ahead", {}))

    def perform(self, row, *, by, data):
        """Close one."""
        operations.close_pair(row.pk, by=by, cancels=data.get("cancels", False))

    def done(self, count):
        """How many."""
        return ngettext("%(count)s pair closed.", "%(count)s pairs closed.", count) % {"count": count}


class ClosingPages:
    """What the page of a round leads to at its end."""

    def closing_view(self, request, pk):
        """What each pair has reached, and the ways to close them and to certify the mentors."""
        if request.method not in ("GET", "HEAD"):
            raise Http404
        round_ = self.find(request, pk)
        pairs = list(closing.pairs_of(round_))
        reached = closing.reached_by(pairs)
        live = [pairing for pairing in pairs if pairing.is_live]
        met = closing.minutes_by_mentor(round_)
        buttons = []
        if live:
            label = gettext("Close all pairs")
            buttons.append({"label": label, "url": self.page_url("close", pk), "look": "primary", "small": True})
        elif pairs:
            label = gettext("Issue certificates to the mentors")
            buttons.append({"label": label, "url": self.page_url("certify", pk), "look": "primary", "small": True})
        return self.page(
            request,
            "admin/mentoring/closing.html",
            round_,
            title=gettext("Closing"),
            cohort_name=self.named(round_),
            round_url=self.page_url("overview", pk),
            buttons=buttons,
            facts=[
                {"term": gettext("Pairs in progress"), "value": i18n.number(len(live))},
                {"term": gettext("Pairs completed"), "value": i18n.number(len(pairs) - len(live))},
            ],
            unsettled=closing.unsettled_words(sum(one.unsettled for one in reached.values())),
            rows=[closing_row(pairing, reached[pairing.pk]) for pairing in pairs],
            mentors=[{"name": mentor.name, "time": closing.time_words(minutes)} for mentor, minutes in met.items()],
        )

    def close_view(self, request, pk):
        """Closes every pair that works together."""
        round_ = self.find(request, pk)
        pairs = list(closing.pairs_of(round_).live())
        ahead = ahead_of(pairs)

        def perform(data):
            count = len(operations.close_round(pk, by=request.user, cancels=data.get("cancels", False)))
            return ngettext("%(count)s pair closed.", "%(count)s pairs closed.", count) % {"count": count}

        reached = closing.reached_by(pairs)
        return self.ask(
            request,
            round_,
            round_,
            label=gettext("Close all pairs"),
            note=str(ClosePairing.note),
            facts=[
                (gettext("Pairs"), i18n.number(len(pairs))),
                (gettext("Meetings still ahead"), i18n.number(sum(map(len, ahead.values())))),
            ],
            warning=closing.unsettled_words(sum(one.unsettled for one in reached.values())),
            lines=[pair_line(pairing, ahead) for pairing in pairs],
            form_class=RoundCloseForm,
            perform=perform,
            done_url=self.page_url("closing", pk),
        )

    def certify_view(self, request, pk):
        """Issues certificates of mentoring to the mentors of a closed round."""
        round_ = self.find(request, pk)
        met = closing.minutes_by_mentor(round_)

        def perform(data):
            total = operations.certify_mentors(pk, by=request.user).total
            return ngettext("%(count)s certificate issued.", "%(count)s certificates issued.", total) % {
                "count": total
            }

        return self.ask(
            request,
            round_,
            round_,
            label=gettext("Issue certificates to the mentors"),
            note=gettext(
                "Each mentor who was met gets a certificate of mentoring with the hours of the meetings held, and "
                "is told by mail once the document is there. Who has had one gets no other. Numbers, names and "
                "hours are final."
            ),
            warning="" if closing.is_closed(round_) else gettext("Close the pairs of this round first."),
            lines=[{"title": mentor.name, "note": closing.time_words(minutes)} for mentor, minutes in met.items()],
            perform=perform,
            done_url=reverse("admin:programs_cohort_certifying", args=[round_.cohort_id]),
        )


def closing_row(pairing, reached):
    """One pair with its figures."""
    figures = closing.facts(reached, getattr(pairing.enrolment.cohort, "mentoring_round", None))
    return {
        "mentee": pairing.enrolment.person.display_name,
        "mentor": pairing.mentor.name,
        "url": reverse("pairing-closing", args=[pairing.code]),
        "pill": progress.pill(pairing, progress.STAFF),
        "figures": [f"{fact['term']}: {fact['value']}" for fact in figures],
        "ahead": i18n.number(reached.ahead),
        "state": gettext("In progress") if pairing.is_live else i18n.day(pairing.ended_at),
    }


def closing_button(round_):
    """The way from the page of a round to its closing."""
    url = reverse("admin:mentoring_mentoringround_closing", args=[round_.pk])
    return [{"label": gettext("Closing"), "url": url, "small": True}]
