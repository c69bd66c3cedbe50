"""The app of people."""

from django.apps import AppConfig
from django.apps import apps as installed
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_migrate, post_save

from accounts import texts


def load_texts(sender, apps=installed, **kwargs):
    """After every `migrate`, and after a test has emptied the tables: the texts that the package ships."""
    try:
        models = [apps.get_model("accounts", name) for name in ("Term", "TermVersion")]
    except LookupError:  # migrated back to before there were any
        return
    texts.load(*models, apps.get_model("partners", "Organization"))


def name_recipient(sender, instance, raw=False, **kwargs):
    """An organization that one of our texts is about has come, or has got its code."""
    if not raw:
        texts.link(installed.get_model("accounts", "Term"), instance)


class AccountsConfig(AppConfig):
    """Loads the texts after a migration, and notes when a session begins."""

    name = "accounts"

    def ready(self):
        """Connect what happens in other apps. These modules need models, which are not there before now."""
        from allauth.mfa.signals import authenticator_added

        from accounts import checks, profiles, sessions, trail  # noqa: F401 (some register themselves)

        post_migrate.connect(load_texts, sender=self)
        post_save.connect(name_recipient, sender="partners.Organization")
        user_logged_in.connect(sessions.begin)
        authenticator_added.connect(sessions.note_second_factor)
        trail.begin()
