"""Statements of honorarium: drawn up, approved, paid. Locks in the order round, mentor, statement."""

from django.db import transaction
from django.utils.translation import gettext as _

from mentoring import permissions
from mentoring.care import honorarium
from mentoring.models.honorarium import Statement, StatementLine, StatementStatus
from mentoring.models.mentors import MentorProfile
from mentoring.models.rounds import MentoringRound
from portal import audit, clock
from portal.errors import Refused


def _round(round_id, by):
    round_ = MentoringRound.objects.select_for_update(of=("self",), no_key=True).get(pk=round_id)
    if not permissions.runs(by, round_.cohort_id):
        raise Refused(_("You do not run this cohort."))
    return round_


@transaction.atomic
def draw_up(round_id, month, *, by):
    """Reckon the drafts of a round for a month anew, and make those that are missing. Returns the drafts.

    What is approved or paid stays; a draft in which nothing is left goes.
    """
    round_ = _round(round_id, by)
    if month.day != 1 or month > clock.today():
        raise Refused(_("Choose a month that has begun."))
    if not round_.hourly_rate:
        raise Refused(_("This round pays no honorarium. Set its rate first."))
    mentors = set(honorarium.payable(round_).values_list("pairing__mentor", flat=True))
    mentors |= set(Statement.objects.filter(round=round_).values_list("mentor", flat=True))
    locked = MentorProfile.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=mentors)
    drafts = []
    for mentor in locked.select_related("user").order_by("pk"):
        known = Statement.objects.select_for_update(of=("self",)).filter(round=round_, mentor=mentor, month=month)
        statement = known.first() or Statement(round=round_, mentor=mentor, month=month)
        statement.round, statement.mentor = round_, mentor
        if statement.is_frozen:
            continue
        if fill(statement):
            drafts.append(statement)
    audit.record("honorarium.drawn_up", target=round_, by=by, after=f"{month:%Y-%m} {len(drafts)}")
    return drafts


def fill(statement):
    """Write a draft's lines anew, behind its lock; False where it has none, and then it is gone."""
    lines = honorarium.lines_for(statement)
    if not lines:
        if statement.pk:
            statement.delete()
        return False
    statement.minutes = sum(line.minutes for line in lines)
    statement.amount = sum(line.amount for line in lines)
    statement.drawn_up_at = clock.now()
    statement.save()
    statement.lines.all().delete()
    StatementLine.objects.bulk_create(
        StatementLine(
            statement=statement,
            meeting_id=line.meeting_id,
            is_correction=line.is_correction,
            starts_at=line.starts_at,
            minutes=line.minutes,
            rate=line.rate,
            amount=line.amount,
        )
        for line in lines
    )
    return True


def _statement(statement_id, by):
    """The statement behind its locks, for whoever runs its round and is not paid by it."""
    place = Statement.objects.values_list("round", "mentor").get(pk=statement_id)
    round_ = _round(place[0], by)
    mentor = MentorProfile.objects.select_for_update(of=("self",), no_key=True).get(pk=place[1])
    statement = Statement.objects.select_for_update(of=("self",)).get(pk=statement_id)
    statement.round, statement.mentor = round_, mentor
    if mentor.user_id == by.pk:
        raise Refused(_("You cannot decide about your own honorarium."))
    return statement


@transaction.atomic
def approve(statement_id, amount, *, by):
    """Freeze a draft whose sum is `amount`, as the person saw it. Twice is once.

    It is reckoned anew first; where that gives something else, the draft is written anew and nothing is approved.
    """
    statement = _statement(statement_id, by)
    if statement.is_frozen:
        return statement, True
    lines = honorarium.lines_for(statement)
    if sum(line.amount for line in lines) != amount or lines != honorarium.written(statement):
        fill(statement)
        return statement, False
    statement.status, statement.approved_at, statement.approved_by = StatementStatus.APPROVED, clock.now(), by
    statement.digest = honorarium.digest_of(statement, lines)
    statement.save(update_fields=["status", "approved_at", "approved_by", "digest"])
    audit.record("statement.approved", target=statement, by=by, after=f"{statement.amount} {statement.digest[:12]}")
    return statement, True


@transaction.atomic
def pay(statement_id, day, *, by):
    """Write down that an approved statement was paid on a day. Twice is once; another day is refused."""
    statement = _statement(statement_id, by)
    if statement.status == StatementStatus.PAID:
        if statement.paid_on == day:
            return statement
        raise Refused(_("This statement is paid already."))
    if statement.status != StatementStatus.APPROVED:
        raise Refused(_("Approve the statement first."))
    if day > clock.today():
        raise Refused(_("Choose a day that has come."))
    if not honorarium.is_intact(statement):
        raise Refused(_("The lines are no longer those that were approved. Do not pay; tell an administrator."))
    statement.status, statement.paid_on, statement.paid_by = StatementStatus.PAID, day, by
    statement.save(update_fields=["status", "paid_on", "paid_by"])
    audit.record("statement.paid", target=statement, by=by, after=day.isoformat())
    return statement
