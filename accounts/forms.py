"""What may be typed about oneself."""

from django import forms


class SignupDetails(forms.Form):
    """What sign-up asks beside the address and the password."""

    def signup(self, request, user):
        """Called by allauth once the user is made."""
