"""What keeps a certificate back besides completion: each gate says why not yet, or nothing."""

from programs.surveys import certificate_gate

# Functions of an enrolment that return a sentence, or "" where nothing stands in the way.
GATES: tuple = (certificate_gate,)


def obstacle(enrolment):
    """Why `enrolment`, completed, gets no certificate yet, in a sentence; empty where it gets one."""
    return next((why for gate in GATES if (why := gate(enrolment))), "")
