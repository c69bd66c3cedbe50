"""Attendance from the export of a video meeting: looked at first, then marked."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal import clock, csvs, uploads
from portal.errors import Refused
from programs import attending, meeting_csv, meetings, rosters
from programs import completion_words as words
from programs.models.attendance import Source
from programs.operations import attendance


class MeetingForm(forms.Form):
    """The file, or the text of the one that was looked at; what is tolerated, and who is absent."""

    use_required_attribute = False

    file = forms.FileField(
        label=_("List of participants (CSV)"),
        required=False,
        allow_empty_file=True,
        help_text=_("As Zoom and others export it: name, e-mail, join time and leave time in every row."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    tolerance = forms.IntegerField(
        label=_("Minutes that may be missing"),
        min_value=0,
        max_value=240,
        initial=meetings.TOLERANCE,
        help_text=_("Whoever misses no more than this is present."),
    )
    absent = forms.BooleanField(
        label=_("Mark those who are not in the list, and not marked yet, as absent"), required=False
    )
    text = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)

    def __init__(self, *args, too_large=False, **kwargs):
        super().__init__(*args, **kwargs)
        self.too_large = too_large

    def clean(self):
        """The text of the file that was chosen, else that which was looked at before."""
        data = super().clean()
        if self.too_large:
            self.add_error("file", gettext("This file is too large for a list of participants."))
        elif data.get("file"):
            try:
                data["text"] = csvs.text_of(data["file"].read(), meeting_csv.MOST_BYTES)
            except Refused as refusal:
                self.add_error("file", str(refusal))
        elif not data.get("text"):
            self.add_error("file", gettext("Choose a file first."))
        elif len(data["text"]) > meeting_csv.MOST_BYTES:
            raise ValidationError(gettext("This file is too large for a list of participants."))
        return data


class MeetingPages:
    """Adds the import of a meeting to the pages of a session."""

    def get_urls(self):
        """The page, which takes a file."""
        view = uploads.takes_files(meeting_csv.MOST_BYTES)(self.import_view)
        own = path(
            "<int:cohort_id>/sessions/<int:session_id>/import/",
            self.admin_site.admin_view(view),
            name="programs_cohort_import",
        )
        return [own, *super().get_urls()]

    def import_url(self, session):
        """Where a meeting is imported."""
        return reverse("admin:programs_cohort_import", args=[session.cohort_id, session.pk])

    def import_view(self, request, cohort_id, session_id):
        """Asks for the file, shows what it comes to, and on the second button marks it."""
        cohort, session = self.find_session(request, cohort_id, session_id)
        posted = request.method == "POST"
        form = MeetingForm(
            request.POST if posted else None,
            request.FILES if posted else None,
            too_large=posted and request.upload_too_large,
        )
        reading = None
        if posted and form.is_valid():
            data = form.cleaned_data
            try:
                reading = meetings.look(session, data["text"], tolerance=data["tolerance"])
                if "apply" in request.POST:
                    self.apply(request, session, reading.marks(absent=data["absent"]))
                    return redirect(self.roster_url(session))
            except Refused as refusal:
                form.add_error("file", str(refusal))
                reading = None
        return self.page(
            request,
            "admin/programs/cohort/meeting.html",
            cohort,
            **self.session_context(cohort, session),
            form=form,
            roster_url=self.roster_url(session),
            why_not=attending.why_not(session, clock.now(), is_staff=True),
            reading=shown(reading, form) if reading is not None else None,
        )

    def apply(self, request, session, marks):
        """Mark what was looked at; who has been marked meanwhile stays so."""
        done = attendance.mark(session.pk, marks, by=request.user, source=Source.IMPORT)
        messages.success(request, rosters.said(done.marked, done.corrected))
        if done.refused:
            text = gettext("Not marked, because somebody else was faster or their part has ended: %(count)s.")
            messages.warning(request, text % {"count": len(done.refused)})


def shown(reading, form):
    """What a table comes to, as the page shows it."""
    data = form.cleaned_data
    marks = reading.marks(absent=data["absent"])
    return {
        "facts": [
            {"term": gettext("Found on the roster"), "value": len(reading.found)},
            {"term": gettext("Not in the list"), "value": len(reading.missing)},
            {"term": gettext("Left over"), "value": len(reading.left)},
            {"term": gettext("To be marked"), "value": len(marks)},
        ],
        "found": [
            {
                "text": row.enrolment.roster_name,
                "note": " · ".join(part for part in (row.note, row.why_not) if part),
                "pill": words.status_pill(row.status),
            }
            for row in reading.found
        ],
        "left": [{"text": row.name or "–", "note": row.why} for row in reading.left],
        "missing": [
            {
                "text": row.roster_name,
                "pill": words.status_pill("absent" if data["absent"] else ""),
            }
            for row in reading.missing
        ],
        "hidden": [
            ("text", data["text"]),
            ("tolerance", data["tolerance"]),
            *([("absent", "on")] if data["absent"] else []),
        ],
        "count": len(marks),
    }
