"""Earlier years are brought in: a table is taken in and judged, staff decide what is in doubt, then it is applied.

Participants, experts, or the totals of surveys. Nothing of a table counts before it is applied, and applying is one
transaction: all rows that come in, or none. People of whom nothing was known get an account without a password, and
are sent nothing: they did not ask for it. A no-show of an earlier year has no consequences here.
"""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal import audit, clock, csvs
from portal.errors import Refused
from portal.models import AuditEvent
from programs import import_rows, import_totals
from programs.models.enrolments import Enrolment
from programs.models.experts import Expert
from programs.models.imports import OF_COHORT, Choice, Import, ImportKind, ImportRow, Verdict
from programs.models.survey_totals import SurveyTotal
from programs.operations.moves import lock_cohort

KEEP_ROWS = timedelta(days=30)  # they hold names and addresses
BATCH = 500


def refuse_cohort(kind, cohort, now):
    """Refuse where a cohort is not one of earlier times."""
    if cohort.cancelled_at is not None:
        raise Refused(_("The cohort is cancelled."))
    if cohort.ends_at is None or cohort.ends_at > now:
        if kind == ImportKind.TOTALS:
            raise Refused(_("Only survey totals of a cohort that is over are brought in from a table."))
        raise Refused(_("Only participants of a cohort that is over are brought in from a table."))


@transaction.atomic
def take_in(kind, content, file_name, *, by, cohort=None):
    """Read a table of `kind` and judge its rows. Returns the Import, which waits to be applied.

    Refuses what cannot be read, a table without rows, and one without a needed column.
    """
    if kind in OF_COHORT:
        refuse_cohort(kind, cohort, clock.now())
    table = csvs.read(content, import_rows.columns_of(kind))
    missing = [str(import_rows.HEADINGS[key]) for key in import_rows.NEEDED[kind] if key in table.missing]
    if missing:
        raise Refused(_("The table has no column for: %(columns)s.") % {"columns": ", ".join(missing)})
    if not table.rows:
        raise Refused(_("The table has no rows."))
    batch = Import.objects.create(
        kind=kind,
        cohort=cohort,
        by=by,
        file_name=file_name[-120:],
        ignored=[heading[:60] for heading in table.ignored[:20]],
    )
    rows = [ImportRow(batch=batch, line=line, cells=cells) for line, cells in table.rows]
    import_rows.judge(batch, rows)
    ImportRow.objects.bulk_create(rows, batch_size=BATCH)
    audit.record("import.taken_in", target=batch, by=by, after=f"{kind} {len(rows)}")
    return batch


@transaction.atomic
def decide(import_id, choices):
    """Write down what staff want of rows in doubt, `{row id: Choice}`, and judge all rows anew with it.

    Rows of other imports, and those about which there is no doubt, are passed over.
    """
    batch = lock(import_id)
    rows = rows_of(batch, choices)
    import_rows.judge(batch, rows)
    write_rows(rows)


def rows_of(batch, choices):
    """The rows of an import in their order, with `choices` for those that are or were in doubt."""
    rows = list(batch.rows.order_by("line", "pk"))
    for row in rows:
        if row.choice and row.pk in choices:
            row.choice = Choice(choices[row.pk])
    return rows


def write_rows(rows):
    """Write down what was found out about rows."""
    fields = ["verdict", "problem", "detail", "choice", "person", "expert"]
    ImportRow.objects.bulk_update(rows, fields, batch_size=BATCH)


def apply(import_id, *, by, choices=None):
    """Bring in every row that comes in, those in doubt as `choices` (as in `decide`) says. Returns the Import.

    The rows are judged once more behind the lock: where that finds something else than was shown, nothing is
    brought in, what is found is written down, and the refusal says so. So it does where somebody signs up in that
    very moment. Twice is the same as once.
    """
    changed = _("Something has changed since the table was looked at. Nothing was brought in; look again.")
    try:
        batch, is_changed = _apply(import_id, by, choices or {})
    except IntegrityError as error:
        raise Refused(changed) from error
    if is_changed:
        raise Refused(changed)
    return batch


@transaction.atomic
def _apply(import_id, by, choices):
    """The Import, and whether something has changed so that nothing was brought in."""
    batch = lock(import_id, even_applied=True)
    if batch.applied_at is not None:
        return batch, False
    if batch.kind in OF_COHORT:
        batch.cohort = lock_cohort(batch.cohort_id)
        refuse_cohort(batch.kind, batch.cohort, clock.now())
    rows = rows_of(batch, choices)
    shown = [seen(row) for row in rows]
    import_rows.judge(batch, rows)
    is_changed = shown != [seen(row) for row in rows]
    if is_changed:
        write_rows(rows)
    else:
        bring_in(batch, rows, by)
    return batch, is_changed


def seen(row):
    """What was shown of a row and counts for what becomes of it."""
    return row.verdict, row.problem, row.detail, row.person_id, row.expert_id, row.choice


def bring_in(batch, rows, by):
    """Make what the rows that come in say, and close the import."""
    coming = [row for row in rows if row.comes_in]
    made = MAKERS[batch.kind](batch, coming, by)
    for row in coming:
        row.is_done = True
    ImportRow.objects.bulk_update(coming, ["choice", "is_done", "person", "expert"], batch_size=BATCH)
    batch.counts = counts_of(rows) | made
    batch.applied_at = clock.now()
    batch.save(update_fields=["counts", "applied_at"])
    audit.record("import.applied", target=batch, by=by, after=str(len(coming)))


@transaction.atomic
def discard(import_id, *, by):
    """Give an import up; its rows go at once. Twice is the same as once."""
    batch = lock(import_id, even_discarded=True)
    if batch.discarded_at is not None:
        return
    batch.counts = counts_of(batch.rows.all())
    batch.rows.all().delete()
    batch.discarded_at = batch.forgotten_at = clock.now()
    batch.save(update_fields=["counts", "discarded_at", "forgotten_at"])
    audit.record("import.discarded", target=batch, by=by)


def lock(import_id, *, even_applied=False, even_discarded=False):
    """The import, locked; refuses one that is over."""
    batch = Import.objects.select_for_update(of=("self",), no_key=True).get(pk=import_id)
    if batch.applied_at is not None and not even_applied:
        raise Refused(_("It has been applied already."))
    if batch.discarded_at is not None and not even_discarded:
        raise Refused(_("It has been discarded."))
    return batch


def counts_of(rows):
    """How many rows there are of each verdict, and how many of those in doubt are left out."""
    counts = dict.fromkeys(Verdict.values, 0)
    for row in rows:
        counts[row.verdict] += 1
    left = sum(row.verdict == Verdict.DOUBTFUL and row.choice == Choice.LEAVE for row in rows)
    return counts | {"left_out": left}


def bring_in_people(batch, rows, by):
    """An account for whoever has none, and an enrolment each, ended as the table says when the cohort ended."""
    now, cohort = clock.now(), batch.cohort
    opened = [row for row in rows if row.person is None or row.choice == Choice.NEW]
    users = get_user_model().objects.bulk_create(
        [
            get_user_model()(
                email=import_rows.email_of(row),
                full_name=row.cells["full_name"],
                romanized_name=row.cells.get("romanized_name", ""),
                password=make_password(None),
            )
            for row in opened
        ],
        batch_size=BATCH,
    )
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=user, email=user.email, primary=True, verified=False) for user in users],
        batch_size=BATCH,
    )
    for row, user in zip(opened, users, strict=True):
        row.person = user
    enrolments = Enrolment.objects.bulk_create(
        [
            Enrolment(
                cohort=cohort,
                person=row.person,
                status=import_rows.outcome_of(row),
                enrolled_at=min(cohort.starts_at or cohort.ends_at, cohort.ends_at),
                ended_at=cohort.ends_at,
            )
            for row in rows
        ],
        batch_size=BATCH,
    )
    write_down("person.opened", users, by=by, reason=f"import {batch.pk}", at=now)
    write_down("enrolment.brought_in", enrolments, by=by, reason=f"import {batch.pk}", at=now)
    return {"accounts": len(users), "brought_in": len(rows)}


def bring_in_experts(batch, rows, by):
    """A profile for each expert who is new; one who is chosen as the same is left as they are."""
    new = [row for row in rows if row.choice != Choice.SAME]
    taken = set(Expert.objects.values_list("slug", flat=True))
    experts = Expert.objects.bulk_create(
        [
            Expert(
                slug=import_rows.new_slug(row.cells["name_en"], taken),
                country=import_rows.country_of(row),
                **{key: row.cells[key] for key in ("name_ko", "name_en", "specialism_ko", "specialism_en")},
            )
            for row in new
        ],
        batch_size=BATCH,
    )
    for row, expert in zip(new, experts, strict=True):
        row.expert = expert
    write_down("expert.brought_in", experts, by=by, reason=f"import {batch.pk}", at=clock.now())
    return {"brought_in": len(new)}


def bring_in_totals(batch, rows, by):
    """The counts of each question; those that were there with other numbers are put in their place."""
    known, now, reason = import_totals.known_items(), clock.now(), f"import {batch.pk}"
    there = {total.key: total for total in SurveyTotal.objects.filter(cohort=batch.cohort)}
    new, changed = [], []
    for row in rows:
        found = import_totals.read(row, import_totals.key_of(row, known))
        total = there.get(found.key) or SurveyTotal(cohort=batch.cohort, key=found.key)
        (changed if total.pk else new).append(total)
        total.scale, total.counts, total.batch = found.scale, list(found.counts), batch
        total.answered, total.asked = found.answered, found.asked
    SurveyTotal.objects.bulk_create(new)
    SurveyTotal.objects.bulk_update(changed, ["scale", "counts", "answered", "asked", "batch"])
    write_down("survey_total.brought_in", new, by=by, reason=reason, at=now)
    write_down("survey_total.replaced", changed, by=by, reason=reason, at=now)
    return {"brought_in": len(rows)}


MAKERS = {
    ImportKind.PARTICIPANTS: bring_in_people,
    ImportKind.EXPERTS: bring_in_experts,
    ImportKind.TOTALS: bring_in_totals,
}


def write_down(verb, targets, *, by, reason, at):
    """One audit row each."""
    AuditEvent.objects.bulk_create(
        [
            AuditEvent(verb=verb, by=by, target_type=audit.kind(row), target_id=row.pk, reason=reason, at=at)
            for row in targets
        ],
        batch_size=BATCH,
    )


def forget_rows(now):
    """Erase the rows of imports that were handed in KEEP_ROWS ago; what came in stays. Returns how many imports."""
    old = list(Import.objects.filter(forgotten_at=None, uploaded_at__lte=now - KEEP_ROWS))
    for batch in old:
        with transaction.atomic():
            batch = Import.objects.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
            if batch.is_open:
                batch.counts = counts_of(batch.rows.all())
                batch.discarded_at = now
            batch.rows.all().delete()
            batch.forgotten_at = now
            batch.save(update_fields=["counts", "discarded_at", "forgotten_at"])
    return len(old)
