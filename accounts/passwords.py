"""What a password must be: Django's rules, said in our words."""

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

HELP = gettext_lazy("At least 10 characters. Not a common password, and not like your name or address.")


class LongEnough(password_validation.MinimumLengthValidator):
    """At least so many characters."""

    def get_error_message(self):
        """What to do about it."""
        return _("Please use at least %(count)s characters.") % {"count": self.min_length}


class NotCommon(password_validation.CommonPasswordValidator):
    """Not one of the twenty thousand that everybody tries first."""

    def get_error_message(self):
        """What to do about it."""
        return _("This password is used by many people. Please choose another one.")


class NotLikeThePerson(password_validation.UserAttributeSimilarityValidator):
    """Not the person's name or address."""

    def get_error_message(self):
        """What to do about it."""
        return _("This password is too much like your name or address. Please choose another one.")
