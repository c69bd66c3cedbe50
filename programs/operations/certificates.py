"""Certificates: issued behind the cohort's lock, made into documents outside of it, re-issued, revoked.

`issue_all` and `issue` write the rows, with their numbers, in one short transaction; from then on the
certificates hold. `make_documents` then makes the PDFs portion by portion and tells the people. Killed anywhere, it
goes on where it stopped: a document is written in the transaction of its mail, so nothing happens twice.
"""

import hashlib
import logging
from collections import namedtuple

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django_tasks import task

from portal import audit, clock
from portal.audit import kind
from portal.errors import Refused
from portal.models import AuditEvent
from programs import certificate_emails as emails
from programs import certificate_gates, certificates
from programs.certificate_documents import document
from programs.models.certificates import Certificate, CertificateFile, CertificateRun, CertificateStatus
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.operations import badges
from programs.operations.moves import lock_cohort

PORTION = 50
REASON_LIMIT = 300
WITH = ("person", "cohort__program", "supersedes", "run")
Award = namedtuple("Award", "person enrolment facts", defaults=(None, {}))  # `facts` stand in its snapshot alone

logger = logging.getLogger(__name__)


# --- who gets one -------------------------------------------------------------------------------------------------


def obstacle_of_cohort(cohort):
    """Why no certificate of `cohort` can be issued, in a sentence; empty where they can."""
    if cohort.program.kind not in certificates.TITLES:
        return _("No certificates are issued for programs of this kind.")
    if cohort.starts_at is None:
        return _("The dates of the cohort are not set.")
    return ""


def obstacle(enrolment):
    """Why `enrolment` gets no certificate now, in a sentence; empty where it does."""
    return own_obstacle(enrolment) or certificate_gates.obstacle(enrolment)


def own_obstacle(enrolment):
    """What stands in the way besides the gates."""
    if enrolment.status != EnrolmentStatus.COMPLETED:
        return _("Only who completed gets a certificate; this enrolment is “%(status)s”.") % {
            "status": enrolment.get_status_display()
        }
    return obstacle_of_person(enrolment.person)


def obstacle_of_person(person):
    """Why nothing can be issued to `person`, in a sentence; empty where it can."""
    if not person.is_active:
        return _("The account of the person is closed.")
    if not (person.full_name or person.romanized_name):
        return _("The name of the person is not known.")
    return ""


def candidates(cohort):
    """Who completed `cohort` and has never had a certificate of it, in the order of their names."""
    found = Enrolment.objects.filter(cohort=cohort, status=EnrolmentStatus.COMPLETED, certificates=None)
    rows = list(found.select_related("person").order_by("person__full_name", "pk"))
    for row in rows:
        row.cohort = cohort
    return rows


def judged(cohort):
    """The candidates of a cohort, each with why it gets none ("" where it does); at most four queries."""
    rows = candidates(cohort)
    gated = certificate_gates.obstacles(cohort, rows)
    return [(row, own_obstacle(row) or gated.get(row.pk, "")) for row in rows]


def preview(cohort):
    """What issuing to everyone would do: (how many get one, sentences of those who do not with their numbers)."""
    kept_back, able = {}, 0
    for _enrolment, why in judged(cohort):
        if why:
            kept_back[why] = kept_back.get(why, 0) + 1
        else:
            able += 1
    return able, kept_back


# --- issuing ------------------------------------------------------------------------------------------------------


@transaction.atomic
def issue_all(cohort_id, *, by):
    """Issue a certificate to everyone who completed the cohort, never had one, and whom no gate keeps back.

    Returns the CertificateRun, whose documents `make_documents` has still to make. Refuses where nobody gets one.
    """
    cohort = lock_cohort(cohort_id)
    refuse(obstacle_of_cohort(cohort))
    able = [enrolment for enrolment, why in judged(cohort) if not why]
    if not able:
        raise Refused(_("Nobody gets a certificate now."))
    run = write(cohort, map(award_of, able), by=by)[0].run
    audit.record("certificates.issued", target=cohort, by=by, after=run.total)
    make_in_background.enqueue(run.pk)
    return run


@transaction.atomic
def issue(enrolment_id, *, by):
    """Issue a certificate to one person who completed. Returns it; the valid one where there is one already."""
    cohort, enrolment = lock_enrolment(enrolment_id)
    known = enrolment.certificates.valid().first()
    if known is not None:
        return known
    refuse(obstacle_of_cohort(cohort) or obstacle(enrolment))
    (certificate,) = write(cohort, [award_of(enrolment)], by=by)
    make_in_background.enqueue(certificate.run_id)
    return certificate


@transaction.atomic
def reissue(certificate_id, *, by, reason):
    """Issue a certificate anew, with the name as it stands now and a new number; the earlier one no longer holds.

    Returns the new one. Doing it again is the same as once: what is superseded already leads to what stands in its
    place. A revoked one is not issued again in this way.
    """
    certificate = lock_certificate(certificate_id)
    if certificate.status == CertificateStatus.SUPERSEDED:
        return certificate.superseded_by
    if certificate.status == CertificateStatus.REVOKED:
        raise Refused(_("This certificate is revoked. Issue a new one for the enrolment instead."))
    reason = checked_reason(reason)
    if certificate.enrolment is None:
        held = certificate.snapshot
        award = Award(certificate.person, None, {name: held[name] for name in ("kind", "hours", "minutes")})
        refuse(obstacle_of_person(certificate.person))
    else:
        award = award_of(certificate.enrolment)
        refuse(obstacle_of_cohort(certificate.cohort) or obstacle(certificate.enrolment))
    end(certificate, CertificateStatus.SUPERSEDED, by=by, reason=reason)
    (following,) = write(certificate.cohort, [award], by=by, supersedes=certificate)
    make_in_background.enqueue(following.run_id)
    return following


@transaction.atomic
def revoke(certificate_id, *, by, reason):
    """End a certificate for good; the person reads the reason, whoever checks it that it is revoked.

    Revoking twice is the same as once. What is superseded holds no more in any case, and is refused.
    """
    certificate = lock_certificate(certificate_id)
    if certificate.status == CertificateStatus.REVOKED:
        return certificate
    if certificate.status == CertificateStatus.SUPERSEDED:
        raise Refused(_("This certificate was re-issued. Revoke the one that stands in its place."))
    end(certificate, CertificateStatus.REVOKED, by=by, reason=checked_reason(reason))
    emails.revoked(certificate)
    return certificate


@transaction.atomic
def issue_services(cohort_id, minutes, *, by):
    """Issue certificates of mentoring in a cohort: `minutes` met by person. Returns the CertificateRun.

    Who may is for the caller to ask. Whoever has had one, revoked ones too, or cannot have one is left out; refuses
    where nobody gets one.
    """
    cohort = lock_cohort(cohort_id)
    if cohort.starts_at is None:
        raise Refused(_("The dates of the cohort are not set."))
    holders = set(cohort.certificates.filter(enrolment=None).values_list("person", flat=True))
    awards = [
        Award(person, None, certificates.served(met))
        for person, met in minutes.items()
        if met and person.pk not in holders and not obstacle_of_person(person)
    ]
    if not awards:
        raise Refused(_("Nobody gets a certificate now."))
    awards.sort(key=lambda award: (award.person.full_name, award.person.pk))
    run = write(cohort, awards, by=by)[0].run
    audit.record("certificates.issued", target=cohort, by=by, after=run.total)
    make_in_background.enqueue(run.pk)
    return run


def award_of(enrolment):
    """What is issued for an enrolment."""
    return Award(enrolment.person, enrolment)


def write(cohort, awards, *, by, supersedes=None):
    """Write certificates for `awards`, numbered on without a gap; the caller holds the cohort's lock."""
    now, awards = clock.now(), list(awards)
    last = cohort.certificates.aggregate(last=Max("serial"))["last"] or 0
    run = CertificateRun.objects.create(cohort=cohort, by=by, total=len(awards), started_at=now)
    frame = certificates.frame_of(cohort)
    rows = Certificate.objects.bulk_create(
        [
            Certificate(
                number=certificates.number_of(cohort, serial),
                serial=serial,
                cohort=cohort,
                person=award.person,
                enrolment=award.enrolment,
                run=run,
                snapshot=certificates.snapshot(frame | award.facts, award.person),
                issued_at=now,
                issued_by=by,
                supersedes=supersedes,
            )
            for serial, award in enumerate(awards, last + 1)
        ],
        batch_size=500,
    )
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(
                verb="certificate.issued", by=by, at=now, target_type=kind(row), target_id=row.pk, after=row.number
            )
            for row in rows
        ],
        batch_size=500,
    )
    return rows


def end(certificate, status, *, by, reason):
    """Write down that a certificate no longer holds; the caller holds the lock."""
    certificate.status, certificate.end_reason = status, reason
    certificate.ended_at, certificate.ended_by = clock.now(), by
    certificate.save(update_fields=["status", "end_reason", "ended_at", "ended_by"])
    audit.record(f"certificate.{status}", target=certificate, by=by, before=certificate.number, reason=reason)


def lock_enrolment(enrolment_id):
    """The cohort, locked, and the enrolment with its person."""
    cohort = lock_cohort(Enrolment.objects.values_list("cohort", flat=True).get(pk=enrolment_id))
    rows = Enrolment.objects.select_for_update(of=("self",), no_key=True).select_related("person")
    enrolment = rows.get(pk=enrolment_id)
    enrolment.cohort = cohort
    return cohort, enrolment


def lock_certificate(certificate_id):
    """The certificate with its cohort, both locked; always the cohort first."""
    cohort = lock_cohort(Certificate.objects.values_list("cohort", flat=True).get(pk=certificate_id))
    rows = Certificate.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("person", "enrolment__person")
    certificate = rows.get(pk=certificate_id)
    certificate.cohort = cohort
    if certificate.enrolment is not None:
        certificate.enrolment.cohort = cohort
    return certificate


def checked_reason(reason):
    """A reason that says something and fits, or Refused."""
    reason = reason.strip()
    if not reason:
        raise Refused(_("Give a reason."))
    if len(reason) > REASON_LIMIT:
        raise Refused(_("Shorten the text to %(limit)s characters.") % {"limit": REASON_LIMIT})
    return reason


def refuse(why):
    """Refuse where there is a reason to."""
    if why:
        raise Refused(why)


# --- documents ----------------------------------------------------------------------------------------------------


def make_documents(run_id, *, from_end=False):
    """Make the documents of a run that are missing, portion by portion, and tell the people. Returns how many.

    Two processes may work at one run, the second `from_end`: they meet in the middle, and what both have made is
    written once. A document that cannot be made is logged and holds up none of the others; the run stays open.
    """
    run = CertificateRun.objects.select_related("cohort").get(pk=run_id)
    made, edge = 0, None
    while True:
        waiting = run.certificates.waiting().select_related(*WITH).order_by("-pk" if from_end else "pk")
        if edge is not None:
            waiting = waiting.filter(pk__lt=edge) if from_end else waiting.filter(pk__gt=edge)
        rows = list(waiting[:PORTION])
        if not rows:
            break
        edge = rows[-1].pk
        made += keep([(row, document_or_none(row)) for row in rows])
    finish(run)
    return made


def make_missing(certificate_id):
    """Make the document of one certificate at once where it is missing. Returns whether it is there now."""
    row = Certificate.objects.valid().select_related(*WITH).filter(pk=certificate_id).first()
    if row is None:
        return False
    if not CertificateFile.objects.filter(certificate=row).exists():
        keep([(row, document_or_none(row))])
    return CertificateFile.objects.filter(certificate=row).exists()


@transaction.atomic
def make_all_missing(cohort_id, *, by):
    """Have the documents of a cohort made that are missing and that no run is making; nobody is told.

    Returns the CertificateRun, or None where there are none.
    """
    cohort = lock_cohort(cohort_id)
    missing = list(cohort.certificates.waiting().filter(run=None).values_list("pk", flat=True))
    if not missing:
        return None
    run = CertificateRun.objects.create(
        cohort=cohort, by=by, total=len(missing), tells=False, started_at=clock.now()
    )
    cohort.certificates.filter(pk__in=missing).update(run=run)
    make_in_background.enqueue(run.pk)
    return run


def document_or_none(certificate):
    """Its PDF; None, and a line in the log, where it cannot be made."""
    try:
        return document(certificate)
    except Exception:
        logger.exception("The document of certificate %s cannot be made", certificate.number)
        return None


@transaction.atomic
def keep(pairs):
    """Write documents that have been made, where they are still wanted and nobody else was faster; tell the people.

    `pairs` are of a certificate and its document, or None. Returns how many were written.
    """
    rows = Certificate.objects.filter(pk__in=[row.pk for row, made in pairs if made])
    locked = list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    waiting = set(rows.waiting().filter(pk__in=locked).values_list("pk", flat=True))  # asked once nobody else can
    now, kept = clock.now(), [(row, made) for row, made in pairs if row.pk in waiting]
    sign = badges.signer() if kept else None
    CertificateFile.objects.bulk_create(
        CertificateFile(
            certificate=row,
            content=made.content,
            size=len(made.content),
            sha256=hashlib.sha256(made.content).hexdigest(),
            is_tagged=made.is_tagged,
            badge=sign(row),
            made_at=now,
        )
        for row, made in kept
    )
    for row, _made in kept:
        if row.run is not None and row.run.tells:
            (emails.reissued if row.supersedes is not None else emails.issued)(row)
    return len(kept)


def finish(run):
    """Close a run once none of its certificates waits for its document."""
    if not run.certificates.waiting().exists():
        CertificateRun.objects.filter(pk=run.pk, finished_at=None).update(finished_at=clock.now())


@task()
def make_in_background(run_id):
    """The worker's door to `make_documents`."""
    make_documents(run_id)


def resume_runs(now):
    """Go on with every run that is not finished, from its end. Returns how many there were."""
    stopped = list(CertificateRun.objects.filter(finished_at=None).values_list("pk", flat=True))
    for pk in stopped:
        try:
            make_documents(pk, from_end=True)
        except Exception:  # one run's trouble holds up no other
            logger.exception("run %s of certificates cannot go on", pk)
    return len(stopped)


# --- let go of ----------------------------------------------------------------------------------------------------


def forget_person(user):
    """Take the name and the documents of `user` away; what was issued can still be checked, with the name masked.

    Runs in the transaction that closes the account.
    """
    own = list(Certificate.objects.filter(person=user))
    for certificate in own:
        certificate.snapshot = certificates.without_name(certificate.snapshot)
        certificate.end_reason = "–" if certificate.end_reason else ""
    Certificate.objects.bulk_update(own, ["snapshot", "end_reason"])
    CertificateFile.objects.filter(certificate__in=own).delete()
