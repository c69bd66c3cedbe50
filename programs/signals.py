"""What programs tell the apps above, inside the transaction in which it happens."""

from django.dispatch import Signal

# Sent with `enrolment` and `by` when someone's part in a cohort has ended, whatever the outcome.
enrolment_ended = Signal()
