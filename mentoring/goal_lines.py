"""Goals as they stand in an application's answer. Pure."""

from mentoring.models.pairs import GOAL_LIMIT, MOST_GOALS

BULLETS = "-–—•·*▪■□○●◦ \t"


def goals_in(text):
    """The goals in an application's answer: one a line, without bullets, each once, the first five."""
    lines = (line.strip().lstrip(BULLETS).rstrip()[:GOAL_LIMIT] for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line))[:MOST_GOALS]
