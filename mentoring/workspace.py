"""The parts of a pair's page besides its goals and its evaluation: meetings, notes, work samples and so on.

Each of `PARTS` takes who looks, the pair, what they are to it (`progress.MENTOR`, `MENTEE` or `STAFF`), the time,
and the forms that could not be taken, by name. It gives what its template shows, or None where there is nothing:
`{"template": "mentoring/workspace/_x.html", …}`. The template gets it as `part`, with `pairing` and `csrf_token`.
Reads only.
"""

PARTS = ()


def parts_of(user, pairing, viewer, now, held=None):
    """What the page shows below the application, in its order; `held` holds bound forms by name."""
    found = (part(user, pairing, viewer, now, held or {}) for part in PARTS)
    return [part for part in found if part is not None]
