"""Texts of Django's own admin that the portal's catalog says in better Korean; nothing else reads this list."""

from django.utils.translation import gettext_noop

WORDS = [
    gettext_noop("0 of %(cnt)s selected"),
    gettext_noop("Add %s"),
    gettext_noop("Change %s"),
    gettext_noop("View %s"),
    gettext_noop("Action:"),
    gettext_noop("Start typing to filter…"),
    gettext_noop("No action selected."),
    gettext_noop("Items must be selected in order to perform actions on them. No items have been changed."),
    gettext_noop("The {name} “{obj}” was added successfully."),
    gettext_noop("The {name} “{obj}” was changed successfully."),
    gettext_noop("The %(name)s “%(obj)s” was deleted successfully."),
    gettext_noop("Please correct the errors below."),
]
