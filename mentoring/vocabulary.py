"""What mentors offer and mentees look for, in the field's own words. Pure."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Discipline(models.TextChoices):
    """The field someone works in; domain words as the courses use them."""

    WRITING = "writing", pgettext_lazy("discipline", "Writing")
    DIRECTING = "directing", pgettext_lazy("discipline", "Directing")
    PRODUCING = "producing", pgettext_lazy("discipline", "Producing")
    SHOWRUNNING = "showrunning", pgettext_lazy("discipline", "Showrunning")
    CINEMATOGRAPHY = "cinematography", pgettext_lazy("discipline", "Cinematography")
    EDITING = "editing", pgettext_lazy("discipline", "Editing")
    VFX = "vfx", pgettext_lazy("discipline", "Visual effects and virtual production")
    COLOR = "color", pgettext_lazy("discipline", "DIT and color")
    SOUND = "sound", pgettext_lazy("discipline", "Sound")
    LOCALIZATION = "localization", pgettext_lazy("discipline", "Dubbing and subtitling")


class Skill(models.TextChoices):
    """What a mentor can help with."""

    PILOT = "pilot", _("Pilot and series structure")
    CHARACTER = "character", _("Characters and relationships")
    WORLD = "world", _("World-building")
    DIALOGUE = "dialogue", _("Dialogue and scene work")
    ADAPTATION = "adaptation", _("From film to series")
    PITCHING = "pitching", _("Pitching and loglines")
    ACTORS = "actors", _("Directing actors")
    VISUAL = "visual", _("Visual planning and shot design")
    BUDGET = "budget", _("Schedule and budget")
    FINANCING = "financing", _("Financing and co-production")
    ROOM = "room", _("Running a writers' room")
    POST = "post", _("Post-production workflow")
    CREW = "crew", _("Leading a team on set")
    CAREER = "career", _("Career and working abroad")


class Language(models.TextChoices):
    """The languages mentoring is held in."""

    KOREAN = "ko", _("Korean")
    ENGLISH = "en", _("English")


class Weekday(models.IntegerChoices):
    """As Python counts them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")
