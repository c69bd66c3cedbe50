"""The rows of partners, split by noun. Import them from their own module; this one only lets Django find them."""

from partners.models import agreements, commitments, organizations, reports  # noqa: F401
