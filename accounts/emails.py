"""Mails about a person's account. Each is one row, in the recipient's language; a code does not stay in it."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.models import User
from portal import clock, i18n, mail

CLOSED = "account_closed"
CODE_LIVES = timedelta(minutes=15)  # as long as allauth takes it
SECRET = {"code"}

mail.forget_when_done(CLOSED)


def person_at(address):
    """Whose address that is; None if nobody's."""
    known = EmailAddress.objects.filter(email=address).select_related("user").order_by("-verified").first()
    return known.user if known else User.objects.filter(email=address).first()


def account_mail(template, *, to, person, context):
    """Queue one of allauth's mails: `template` is its name there, such as `account/email/email_changed`.

    Whoever has no account here gets it in the language of the page where the address was typed.
    """
    values = {name: context[name] for name in ("code", "from_email", "to_email") if name in context}
    return mail.queue(
        f"{template}.txt",
        person=person,
        target=person,
        context={**values, "address": to, "when": clock.now(), "contact": settings.CONTACT_EMAIL},
        to=to,
        language=person.language if person else i18n.language(),
        again=True,
        expires_at=clock.now() + CODE_LIVES if SECRET & values.keys() else None,
    )


def account_closed(person):
    """Queue the last mail that a person gets; its address goes once it is sent."""
    return mail.queue(
        f"accounts/emails/{CLOSED}.txt",
        person=person,
        target=person,
        context={"when": clock.now(), "contact": settings.CONTACT_EMAIL},
    )


def account_opened(person):
    """Staff have opened an account for somebody: why there is one, and how to take it over."""
    return mail.queue(
        "accounts/emails/account_opened.txt",
        person=person,
        target=person,
        context={"address": person.email, "contact": settings.CONTACT_EMAIL},
    )
