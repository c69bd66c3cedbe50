"""Where people live: the seventeen provinces and cities of Korea in their official order, and abroad."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Region(models.TextChoices):
    """A region by a key that stays when its name changes."""

    SEOUL = "seoul", _("Seoul")
    BUSAN = "busan", _("Busan")
    DAEGU = "daegu", _("Daegu")
    INCHEON = "incheon", _("Incheon")
    GWANGJU = "gwangju", _("Gwangju")
    DAEJEON = "daejeon", _("Daejeon")
    ULSAN = "ulsan", _("Ulsan")
    SEJONG = "sejong", _("Sejong")
    GYEONGGI = "gyeonggi", _("Gyeonggi-do")
    GANGWON = "gangwon", _("Gangwon State")
    CHUNGBUK = "chungbuk", _("Chungcheongbuk-do")
    CHUNGNAM = "chungnam", _("Chungcheongnam-do")
    JEONBUK = "jeonbuk", _("Jeonbuk State")
    JEONNAM = "jeonnam", _("Jeollanam-do")
    GYEONGBUK = "gyeongbuk", _("Gyeongsangbuk-do")
    GYEONGNAM = "gyeongnam", _("Gyeongsangnam-do")
    JEJU = "jeju", _("Jeju")
    ABROAD = "abroad", pgettext_lazy("region", "Abroad")


REGIONS = tuple(Region.choices)


def show(key):
    """The name of a region in the active language; nothing for a key that is not known."""
    return str(Region(key).label) if key in Region.values else ""
