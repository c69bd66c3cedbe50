"""What the apps above are told, inside the transaction in which it happens."""

from django.dispatch import Signal

# A person has taken back a consent: sender=Term, user=, term=, cohort_id= (None where it belongs to no cohort).
consent_withdrawn = Signal()
