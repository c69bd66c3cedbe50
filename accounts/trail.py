"""What people do with their own accounts, written down: allauth says it, the audit keeps it."""

from allauth.account import signals
from allauth.mfa import signals as mfa_signals

from portal import audit


def note(verb):
    """A receiver that records `verb` about the person, by the person."""

    def receiver(sender, user, **kwargs):
        audit.record(verb, target=user, by=user)

    return receiver


def note_new_address(sender, user, from_email_address, **kwargs):
    """Another address took the place of an earlier one; the first one of all is part of signing up."""
    if from_email_address is not None:
        audit.record("person.address_changed", target=user, by=user)


RECEIVERS = {
    signals.password_changed: note("person.password_changed"),
    signals.password_reset: note("person.password_reset"),
    signals.email_changed: note_new_address,
    mfa_signals.authenticator_added: note("person.second_factor_added"),
    mfa_signals.authenticator_removed: note("person.second_factor_removed"),
    mfa_signals.authenticator_reset: note("person.recovery_codes_renewed"),
}


def begin():
    """Listen."""
    for signal, receiver in RECEIVERS.items():
        signal.connect(receiver)
