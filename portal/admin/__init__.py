"""The portal's own part of the admin: the record of deeds, the outbox, wordings of mails, text messages."""

from portal.admin import outbox, records, texts, wordings  # noqa: F401 (each registers its models)
