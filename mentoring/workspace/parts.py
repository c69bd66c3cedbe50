"""The parts of a pair's page besides its goals and its evaluation: meetings, notes, work samples and so on.

Each of `PARTS` takes who looks, the pair, what they are to it (`progress.MENTOR`, `MENTEE` or `STAFF`), the time,
and the forms that could not be taken, by name. It gives what its template shows, or None where there is nothing:
`{"template": "mentoring/workspace/_x.html", …}`. The template gets it as `part`, with `pairing` and `csrf_token`.
Reads only.
"""

from mentoring.workspace import actions as action_part
from mentoring.workspace import answers as answer_part
from mentoring.workspace import forms as form_part
from mentoring.workspace import meetings as meeting_part
from mentoring.workspace import notes as note_part
from mentoring.workspace import rematches as rematch_part
from mentoring.workspace import samples as sample_part

PARTS = (
    answer_part.part,
    answer_part.why_part,
    meeting_part.part,
    sample_part.part,
    form_part.part,
    action_part.part,
    note_part.part,
)
LAST = (rematch_part.part,)  # below everything else on the page


def parts_of(user, pairing, viewer, now, held=None, *, parts=PARTS):
    """What the page shows below the application, in its order; `held` holds bound forms by name."""
    found = (part(user, pairing, viewer, now, held or {}) for part in parts)
    return [part for part in found if part is not None]
