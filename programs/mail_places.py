"""What may stand in the mails about programs, and the way in which their functions declare it."""

from django.utils.translation import gettext_lazy as _

from portal.mail_events import Kind, Placeholder, event, needed, sometimes
from programs.text_words import TEXTS

FOLDER = "programs/emails"

NAME = Placeholder("name", Kind.NAME, _("The name of the person to whom the mail goes."))
PROGRAM = Placeholder("program", Kind.TEXT, _("The title of the program."))
LABEL = Placeholder("label", Kind.TEXT, _("The name of the cohort."))
CONTACT = Placeholder("contact", Kind.TEXT, _("The address for questions."))
SITE = Placeholder("site_url", Kind.LINK, _("The address of the portal."))
RECEIPT = sometimes("receipt_number", Kind.TEXT, _("The receipt number; a draft has none yet."))
REGISTRATION = sometimes("is_registration", Kind.YES_NO, _("Whether seats are given without selection."))
URL = needed("url", Kind.LINK, _("The page of the application."))

OF_APPLICATION = (NAME, PROGRAM, LABEL, RECEIPT, URL, CONTACT, SITE, REGISTRATION)
OF_LETTER = (
    needed("url", Kind.LINK, _("The page on which the letter is written; it is meant for the referee alone.")),
    Placeholder("referee", Kind.NAME, _("The name of the referee, to whom the mail goes.")),
    Placeholder("applicant", Kind.NAME, _("The name of who asks for the letter.")),
    PROGRAM,
    LABEL,
    CONTACT,
    SITE,
)
OF_RESTRICTION = (
    NAME,
    needed("url", Kind.LINK, _("The page of one's own restrictions.")),
    CONTACT,
    SITE,
)
REFEREE = Placeholder("referee", Kind.NAME, _("The name of the referee."))
NOTE = needed("note", Kind.TEXT, _("What staff wrote about what is missing."))


def deadline(about):
    """A deadline that every wording must tell."""
    return needed("deadline", Kind.MOMENT, about)


def why(about):
    """A reason in the words of staff, which every wording must tell."""
    return needed("why", Kind.TEXT, about)


def of_application(name, title, *more, by_text=False):
    """Declare a mail to an applicant about an application; `by_text`: a text message may go beside it."""
    text = TEXTS[name] if by_text else ()
    return event(FOLDER, name, title, *OF_APPLICATION, *more, is_of_application=True, text=text)


def of_letter(name, title, *more):
    """Declare a mail to a referee."""
    return event(FOLDER, name, title, *OF_LETTER, *more)


def of_restriction(name, title, *more):
    """Declare a mail about a participation restriction."""
    return event(FOLDER, name, title, *OF_RESTRICTION, *more)
