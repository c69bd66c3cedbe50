"""The certificates of the past years: one for everybody who completed, issued a week after the last session.

The documents of the people written by hand are made by the clock once the portal runs, the others when they are
asked for; nobody is told by mail. One person has changed her name since: her first certificate holds no more.
"""

from collections import defaultdict

from portal.codes import checked_code
from portal.demo.days import at, local_day, weekday
from programs import certificates
from programs.models.certificates import Certificate, CertificateRun, CertificateStatus
from programs.models.enrolments import Enrolment, EnrolmentStatus

WEEK = 5  # weekdays from the last session to the certificates
RENAMED, FORMER_NAME = "P13", ("배다솜", "Bae Dasom")
RENAMED_AFTER, REASON = 40, "개명에 따른 재발급"


def issue(world):
    """Write the certificates that have been issued by the world's moment. The enrolments are written already."""
    completed = defaultdict(list)
    rows = Enrolment.objects.filter(person__is_demo=True, status=EnrolmentStatus.COMPLETED)
    for enrolment in rows.select_related("cohort__program", "person").order_by("cohort", "pk"):
        if enrolment.cohort.program.kind in certificates.TITLES:
            completed[enrolment.cohort_id].append(enrolment)
    for enrolments in completed.values():
        issued_at = at(weekday(local_day(enrolments[0].cohort.ends_at), WEEK), "10:00")
        if issued_at <= world.now:
            issue_cohort(world, enrolments, issued_at)


def issue_cohort(world, enrolments, issued_at):
    """The certificates of one cohort, numbered in the order of names; after them the one that was issued again."""
    cohort, by_hand = enrolments[0].cohort, {person.pk for person in world.crowd.known.values()}
    frame, staff = certificates.frame_of(cohort), world.staff_of(cohort.program.slug)
    enrolments.sort(key=lambda enrolment: (enrolment.person.full_name, enrolment.pk))
    rows = [
        row_of(world, enrolment, serial, certificates.snapshot(frame, enrolment.person), issued_at, staff)
        for serial, enrolment in enumerate(enrolments, 1)
    ]
    again = rename(world, rows, frame)
    own = [row for row in [*rows, *again] if row.enrolment.person_id in by_hand and row.status == "valid"]
    if own:
        run = CertificateRun.objects.create(
            cohort=cohort, by=staff, total=len(own), tells=False, started_at=max(row.issued_at for row in own)
        )
        for row in own:
            row.run = run
    Certificate.objects.bulk_create(rows, batch_size=500)
    for row in again:
        row.supersedes = row.supersedes  # takes the key that it has by now
        row.save()


def row_of(world, enrolment, serial, snapshot, issued_at, staff):
    """One certificate."""
    return Certificate(
        code=checked_code(world.ledger.new_code()),
        number=certificates.number_of(enrolment.cohort, serial),
        serial=serial,
        cohort=enrolment.cohort,
        enrolment=enrolment,
        person=enrolment.person,
        snapshot=snapshot,
        issued_at=issued_at,
        issued_by=staff,
    )


def rename(world, rows, frame):
    """The certificate that was issued again to whom changed her name, once that day has come; else none."""
    person = world.crowd[RENAMED]
    for row in rows:
        day = weekday(local_day(row.issued_at), RENAMED_AFTER)
        if row.enrolment.person_id != person.pk or at(day, "11:00") > world.now:
            continue
        row.snapshot = certificates.snapshot(frame, Named(*FORMER_NAME))
        row.status, row.end_reason = CertificateStatus.SUPERSEDED, REASON
        row.ended_at, row.ended_by = at(day, "11:00"), row.issued_by
        new = certificates.snapshot(frame, person)
        following = row_of(world, row.enrolment, len(rows) + 1, new, row.ended_at, row.issued_by)
        following.supersedes = row
        return [following]
    return []


class Named:
    """Somebody under an earlier name."""

    def __init__(self, full_name, romanized_name):
        self.full_name, self.romanized_name = full_name, romanized_name
