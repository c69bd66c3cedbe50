"""What waits for staff in a cohort beside what programs know of: apps above add their lines to its overview."""

_sources = {}


def register(name, source):
    """Let `source` say what waits: from a cohort and the time, dicts of title, note, url and label."""
    _sources[name] = source


def lines(cohort, now):
    """What all of them say."""
    return [line for source in _sources.values() for line in source(cohort, now)]
