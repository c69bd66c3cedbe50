"""Questions as they are answered: read from a request, kept as typed, checked when sent, shown again."""
