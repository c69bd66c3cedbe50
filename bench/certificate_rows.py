"""The rows of certificates that are measured: those they begin with, and what is left. Needs Django set up."""

import hashlib
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from accounts.models import User
from portal import clock
from portal.models import OutgoingMail
from programs.models.certificates import Certificate, CertificateFile, CertificateRun
from programs.models.enrolments import Enrolment
from programs.operations import certificates
from tests import documents, make

STAFF = "staff@example.com"
GIVEN = "가나다라마바사아자차카타파하"
CHECKED = 40  # documents that qpdf looks into


def name_of(number):
    """A name of its own for each, of four syllables."""
    digits = [number // len(GIVEN) ** place % len(GIVEN) for place in range(3)]
    return "김" + "".join(GIVEN[digit] for digit in digits)


def prepare(count):
    """A finished cohort that `count` people completed."""
    program = make.make_program(partners=[make.make_organization(name_ko="한국콘텐츠진흥원", name_en="KOCCA")])
    cohort = make.make_cohort(program, phase="finished", capacity=count, receipt_prefix="CERT", hours=35)
    make.make_admin(email=STAFF)
    people = User.objects.bulk_create(
        User(
            email=f"cert{number}@example.com",
            full_name=name_of(number),
            romanized_name=f"Kim No {number}",
            language="ko",
        )
        for number in range(count)
    )
    Enrolment.objects.bulk_create(
        Enrolment(cohort=cohort, person=person, status="completed", ended_at=clock.now()) for person in people
    )
    return cohort


def start(cohort):
    """Do what the button does. Returns the run, and how many seconds the cohort's lock was held."""
    began_at = time.monotonic()
    run = certificates.issue_all(cohort.pk, by=User.objects.get(email=STAFF))
    held = time.monotonic() - began_at
    connection.close()
    return run, held


def state(run):
    """How many documents are made, and whether the run is finished."""
    made = CertificateFile.objects.filter(certificate__run=run).count()
    is_over = CertificateRun.objects.exclude(finished_at=None).filter(pk=run.pk).exists()
    connection.close()
    return made, is_over


def wrong(cohort, run):
    """What does not hold after the run, one line each; and the counts that are printed: (lines, counts)."""
    rows = list(Certificate.objects.filter(cohort=cohort).order_by("serial"))
    files = dict(CertificateFile.objects.filter(certificate__in=rows).values_list("certificate", "content"))
    digests = dict(CertificateFile.objects.filter(certificate__in=rows).values_list("certificate", "sha256"))
    completed = set(cohort.enrolments.filter(status="completed").values_list("pk", flat=True))
    mails = Counter(OutgoingMail.objects.filter(event="certificate_issued").values_list("person", flat=True))
    people = set(cohort.enrolments.values_list("person", flat=True))

    def names_itself(row):
        text = documents.text_of(bytes(files[row.pk]))
        return row.snapshot["ko"]["name"] in text and row.snapshot["en"]["name"] in text and row.number in text

    made = [row for row in rows if row.pk in files]
    with ThreadPoolExecutor(2) as pool:
        named = list(pool.map(names_itself, made))
        whole = list(pool.map(lambda row: documents.is_whole(bytes(files[row.pk])), made[:CHECKED]))
    sizes = [len(bytes(content)) for content in files.values()] or [0]
    counts = {
        "certificates": len(rows),
        "documents": f"{len(files)}, {sum(sizes) // len(sizes) // 1024} KB each, {sum(named)} name their person",
        "mails": mails.total(),
    }
    checks = {
        "one certificate each": sorted(row.enrolment_id for row in rows) == sorted(completed),
        "numbers without a gap": [row.serial for row in rows] == list(range(1, len(completed) + 1)),
        "every document is made": len(files) == len(completed),
        "bytes are as their digest says": all(
            hashlib.sha256(bytes(content)).hexdigest() == digests[pk] for pk, content in files.items()
        ),
        "every document names its person": len(named) == len(completed) and all(named),
        "qpdf finds nothing": len(whole) == min(CHECKED, len(completed)) and all(whole),
        "one mail each": set(mails) == people and set(mails.values()) == {1},
        "the run is finished": CertificateRun.objects.get(pk=run.pk).finished_at is not None,
    }
    return [name for name, holds in checks.items() if not holds], counts
