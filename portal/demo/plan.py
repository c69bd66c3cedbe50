"""When a cohort does what, and the rows that follow from it: the cohort, its sessions, dates and criteria."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from portal.demo.days import DAY, at, local_day, weekday
from portal.demo.ledger import table
from programs.models.cohorts import Cohort, Criterion, Milestone, PromotionStop, Session, SessionExpert

SHORT_NOTICE, SHORT_ANSWER = timedelta(hours=48), timedelta(hours=2)  # as the operations have it
INTERPRETED = ("한국어, 영어 (통역)", "Korean, English (interpreted)")
KOREAN = ("한국어", "Korean")


@dataclass
class Plan:
    """The facts of one cohort. A moment may lie ahead; what has come by now is worked out when rows are made."""

    program: str
    slug: str
    label: tuple
    prefix: str
    mode: str
    capacity: int
    place: tuple
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    checked_at: datetime | None = None
    review_at: datetime | None = None
    announce_at: datetime | None = None
    offer_hours: int = 48
    promote_until: datetime | None = None
    cancel_until: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    published_at: datetime | None = None
    precision: str = "day"
    delivery: str = "onsite"
    languages: tuple = KOREAN
    hours: int | None = None
    interview: bool = False
    agreement: str | None = None
    is_season: bool = False
    sessions: list = field(default_factory=list)  # of (starts_at, ends_at)
    experts: list = field(default_factory=list)
    contact: str = "training@example.com"

    @property
    def is_reviewed(self):
        """Whether seats are given by selection."""
        return self.mode == "review"

    def answer_by(self, made_at):
        """Until when an offer of that moment runs; the same rule as the operations'."""
        until = made_at + timedelta(hours=self.offer_hours)
        if self.starts_at - made_at < SHORT_NOTICE:
            until = min(until, made_at + SHORT_ANSWER)
        return min(until, self.starts_at)

    @property
    def last_promotion(self):
        """When the waitlist closes."""
        return self.promote_until or self.starts_at

    def run_over(self, days, first, last):
        """Meet on each of `days` from `first` to `last` o'clock."""
        self.sessions = [(at(day, first), at(day, last)) for day in days]
        self.starts_at, self.ends_at = self.sessions[0][0], self.sessions[-1][1]

    def select_before(self, start, *, open_days=46, close_days=25, announce_days=15):
        """Put the window and the announcement that many days before `start`, on weekdays."""
        self.opens_at = at(weekday(start - open_days * DAY, 0), "10:00")
        self.closes_at = at(weekday(start - close_days * DAY, 0), "17:00")
        if self.is_reviewed:
            self.announce_at = at(weekday(start - announce_days * DAY, 0), "10:00")

    def set_review(self):
        """Put the check of conditions and the review before the announcement, and let offers run two weekdays."""
        closed, announced = local_day(self.closes_at), local_day(self.announce_at)
        self.checked_at = at(weekday(closed, 1), "15:00")
        self.review_at = at(weekday(closed, 2), "10:00")
        self.offer_hours = int((at(weekday(announced, 2), "17:00") - self.announce_at) / timedelta(hours=1))


def past(moment, now):
    """`moment` if it has come, else None."""
    return moment if moment is not None and moment <= now else None


def add_cohort(ledger, catalog, plan, form_version):
    """The cohort of `plan` as it stands at the ledger's moment, with all that hangs on it."""
    now, text = ledger.now, catalog.text_of(plan.program)
    if plan.is_reviewed and plan.closes_at and plan.review_at is None:
        plan.set_review()
    selection = ("", "")
    if plan.is_reviewed and plan.opens_at:
        selection = ("서류심사, 면접", "Documents, interview") if plan.interview else ("서류심사", "Documents")
    over = plan.starts_at is not None and plan.last_promotion <= now
    cohort = ledger.add(
        Cohort(
            program=catalog.program(plan.program),
            slug=plan.slug,
            label_ko=plan.label[0],
            label_en=plan.label[1],
            agreement=catalog.agreements[plan.agreement] if plan.agreement else None,
            form_version=form_version,
            capacity=plan.capacity,
            registration_mode=plan.mode,
            receipt_prefix=plan.prefix,
            opens_at=plan.opens_at,
            closes_at=plan.closes_at,
            review_began_at=past(plan.review_at, now),
            announce_at=plan.announce_at,
            released_at=past(plan.announce_at, now) if plan.is_reviewed else None,
            offer_hours=plan.offer_hours,
            cancel_until=plan.cancel_until,
            promote_until=plan.promote_until,
            starts_at=plan.starts_at,
            ends_at=plan.ends_at,
            dates_precision=plan.precision,
            published_at=past(plan.published_at, now),
            delivery=plan.delivery,
            place_ko=plan.place[0],
            place_en=plan.place[1],
            languages_ko=plan.languages[0],
            languages_en=plan.languages[1],
            hours=plan.hours,
            audience_ko=text["audience_ko"],
            audience_en=text["audience_en"],
            selection_ko=selection[0],
            selection_en=selection[1],
            contact_email=plan.contact,
            is_demo_season=plan.is_season,
            promotion_stop=PromotionStop.OVER if over and plan.opens_at else PromotionStop.NOT_YET,
            promotion_ran_at=plan.last_promotion if over and plan.opens_at else None,
        )
    )
    add_sessions(ledger, cohort, plan, text)
    if plan.is_reviewed and plan.opens_at:
        rows = [row for row in table("criteria") if row["kind"] == text["kind"]]
        for position, row in enumerate(rows, 1):
            pairs = {name: row[name] for name in ("title_ko", "title_en", "note_ko", "note_en")}
            pairs |= {name: row[name].replace("|", "\n") for name in ("anchors_ko", "anchors_en")}
            ledger.add(Criterion(cohort=cohort, weight=int(row["weight"]), position=position, **pairs))
        add_milestones(ledger, cohort, plan, text["kind"])
    return cohort


def add_sessions(ledger, cohort, plan, text):
    """The meetings, and every expert in at least one of them."""
    titles = list(zip(text["sessions_ko"], text["sessions_en"], strict=True)) or [("", "")]
    sessions = []
    for position, (starts_at, ends_at) in enumerate(plan.sessions):
        ko, en = titles[position % len(titles)]
        sessions.append(
            ledger.add(
                Session(
                    code=ledger.new_code(),
                    cohort=cohort,
                    title_ko=ko,
                    title_en=en,
                    starts_at=starts_at,
                    ends_at=ends_at,
                )
            )
        )
    if sessions and plan.experts:
        for step in range(max(len(sessions), len(plan.experts))):
            session, expert = sessions[step % len(sessions)], plan.experts[step % len(plan.experts)]
            ledger.add(SessionExpert(session=session, expert=expert))


def add_milestones(ledger, cohort, plan, kind):
    """The dates of a selection beyond those that every selection has."""

    def add(titles, starts_at, ends_at=None, notes=("", "")):
        ledger.add(
            Milestone(
                cohort=cohort,
                title_ko=titles[0],
                title_en=titles[1],
                note_ko=notes[0],
                note_en=notes[1],
                at=starts_at,
                until=ends_at,
            )
        )

    announced, reviewed = local_day(plan.announce_at), local_day(plan.review_at)
    if plan.interview:
        middle = reviewed + (announced - reviewed) / 2
        add(("서류 결과 발표", "Results of the documents"), at(weekday(middle, -1), "10:00"))
        add(
            ("면접", "Interviews"),
            at(weekday(middle, 1), "10:00"),
            at(weekday(announced, -1), "17:00"),
            ("1인 20분, 온라인", "20 minutes each, online"),
        )
    if kind in ("course", "masterclass", "internship") and plan.ends_at:
        add(("수료증 발급", "Certificates"), at(weekday(local_day(plan.ends_at), 8), "10:00"))
