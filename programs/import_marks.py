"""How the row of an import is marked: refused, or in doubt; and how its words are compared."""

import re

from portal.validators import normal
from programs.models.imports import Verdict


def refuse(row, problem, detail=""):
    """The row does not come in."""
    row.verdict, row.problem, row.detail = Verdict.REFUSED, problem, str(detail)[:200]


def doubt(row, problem, detail):
    """Staff say what is done with the row."""
    row.verdict, row.problem, row.detail = Verdict.DOUBTFUL, problem, str(detail)[:200]


def plain(text):
    """A word as it is compared: whatever its width, case and gaps."""
    return re.sub(r"[\s\-_.·]+", "", normal(text, "NFKC").casefold())
