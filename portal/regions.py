"""Where people live: the seventeen provinces and cities of Korea in their official order, and abroad."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Region(models.TextChoices):
    """A region by a key that stays when its name changes."""

    SEOUL = "seoul", pgettext_lazy("region", "Seoul")
    BUSAN = "busan", pgettext_lazy("region", "Busan")
    DAEGU = "daegu", pgettext_lazy("region", "Daegu")
    INCHEON = "incheon", pgettext_lazy("region", "Incheon")
    GWANGJU = "gwangju", pgettext_lazy("region", "Gwangju")
    DAEJEON = "daejeon", pgettext_lazy("region", "Daejeon")
    ULSAN = "ulsan", pgettext_lazy("region", "Ulsan")
    SEJONG = "sejong", pgettext_lazy("region", "Sejong")
    GYEONGGI = "gyeonggi", pgettext_lazy("region", "Gyeonggi-do")
    GANGWON = "gangwon", pgettext_lazy("region", "Gangwon State")
    CHUNGBUK = "chungbuk", pgettext_lazy("region", "Chungcheongbuk-do")
    CHUNGNAM = "chungnam", pgettext_lazy("region", "Chungcheongnam-do")
    JEONBUK = "jeonbuk", pgettext_lazy("region", "Jeonbuk State")
    JEONNAM = "jeonnam", pgettext_lazy("region", "Jeollanam-do")
    GYEONGBUK = "gyeongbuk", pgettext_lazy("region", "Gyeongsangbuk-do")
    GYEONGNAM = "gyeongnam", pgettext_lazy("region", "Gyeongsangnam-do")
    JEJU = "jeju", pgettext_lazy("region", "Jeju")
    ABROAD = "abroad", pgettext_lazy("region", "Abroad")


REGIONS = tuple(Region.choices)


def show(key):
    """The name of a region in the active language; nothing for a key that is not known."""
    return str(Region(key).label) if key in Region.values else ""
