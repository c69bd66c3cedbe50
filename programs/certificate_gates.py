"""What keeps a certificate back besides completion: each gate says whom, and why not yet."""

from programs.surveys import certificate_gate

# Functions of a cohort and enrolments in it; each returns `{enrolment id: sentence}` of those it keeps back.
GATES: tuple = (certificate_gate,)


def obstacles(cohort, enrolments):
    """Why `enrolments` in a cohort, completed, get no certificate yet: `{enrolment id: the first reason}`."""
    found = {}
    for gate in GATES:
        found = gate(cohort, enrolments) | found
    return found


def obstacle(enrolment):
    """The same of one enrolment; empty where it gets one."""
    return obstacles(enrolment.cohort, [enrolment]).get(enrolment.pk, "")
