"""What programs tell others, the apps above among them, inside the transaction in which it happens."""

from django.dispatch import Signal

# Sent with `enrolment` and `by` when someone's part in a cohort has ended, whatever the outcome.
enrolment_ended = Signal()

# Sent with `application` and `change` (a StateChange) whenever an application has moved to another status.
application_moved = Signal()

# Sent with `check_in` whenever somebody has checked in to a session, or out of it, by themselves.
checked_in = Signal()
