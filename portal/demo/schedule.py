"""Where sessions meet, what became of them, what was handed out in them, and who checked in at the door.

Rooms are made up, and no map is linked. Nothing here changes how somebody's part ended: only sessions that lie
ahead change, and a mark that a check-in stands behind says what the portal itself makes of that check-in.
"""

from datetime import UTC, timedelta

from portal.demo.days import DAY, at, between, local_day, weekday
from portal.demo.ledger import dice, table
from programs.check_in import attendance_of
from programs.models.attendance import Attendance, AttendanceStatus, Source
from programs.models.check_in import CheckIn
from programs.models.cohorts import Delivery, SessionExpert
from programs.models.materials import Audience, Material, MaterialKind
from programs.models.schedule import CalendarFeed, FeedKind, SessionChange, SessionChangeKind
from programs.schedule import snapshot

HOUR = timedelta(hours=1)
ONLINE = ("온라인", "Online")
ONLINE_PLACES = (2, 4)  # which sessions of a long course that is held on site and online are online alone
WITHOUT_SLIDES = ("1:1 멘토링", "그룹 크리틱")
DOOR = "subtitle-localization"  # the running course at whose door people check in
BY_HAND = 9  # one in so many came without a phone, and was marked by hand
CHECKS_OUT = 0.7  # share of those who were there to the end
# In running cohorts of the season: the program, and which of its sessions.
OPTIONAL = ("reboot-camp", 11)
MOVED = (("reboot-camp", 6), (DOOR, 2))
CANCELLED = (DOOR, 3)
WHY = "강사의 사정으로 쉽니다. 다룰 내용은 마지막 날에 함께 봅니다."
SUBSCRIBED = (("mentee", FeedKind.LEARNING), ("applicant", FeedKind.LEARNING), ("instructor", FeedKind.TEACHING))
LINKS = "https://files.example.com"


def tell(world, books):
    """Add what there is to say of the sessions of the season, and of the courses of 2024 (`books`)."""
    by_cohort = {}
    for session in world.ledger.sessions():
        by_cohort.setdefault(id(session.cohort), []).append(session)
    history = {id(book.cohort) for book in books.values()}
    for key, sessions in by_cohort.items():
        cohort = sessions[0].cohort
        if not cohort.is_demo_season and key not in history:
            continue
        place(cohort, sessions)
        if cohort.is_demo_season and cohort.starts_at <= world.now:
            keep_teaching(world, sessions)
            change(world, cohort, sessions)
            if cohort.program.slug == DOOR:
                check_in(world, cohort, sessions)
        if cohort.published_at is not None:
            hand_out(world, cohort, sessions)
    subscribe(world)


# --- where --------------------------------------------------------------------------------------------------------


def rooms_of(cohort):
    """The rooms of the place where a cohort meets."""
    return [row for row in table("rooms") if row["place"] == cohort.place_ko]


def place(cohort, sessions):
    """Give each session its room, or its link, or both."""
    rooms = rooms_of(cohort)
    first = dice("rooms", cohort.program.slug, cohort.slug).randrange(len(rooms)) if rooms else 0
    for position, session in enumerate(sessions):
        if cohort.delivery != Delivery.ONSITE:
            session.link = f"https://meet.example.com/{cohort.program.slug}-{cohort.slug}-{position + 1}"
            if position in ONLINE_PLACES and len(sessions) > 4:
                session.place_ko, session.place_en = ONLINE
                continue
        if rooms:
            enter(session, rooms[(first + position // 3) % len(rooms)])


def enter(session, room):
    """Put a session into `room`."""
    session.address_ko, session.address_en = room["room_ko"], room["room_en"]
    session.access_ko, session.access_en = room["access_ko"], room["access_en"]


def keep_teaching(world, sessions):
    """The expert who can log in teaches in every session of a running course of hers."""
    parts = [row for row in world.ledger.rows[SessionExpert] if row.session.cohort is sessions[0].cohort]
    for expert in {id(row.expert): row.expert for row in parts}.values():
        if expert.user is world.crowd["instructor"]:
            taught = [row.session for row in parts if row.expert is expert]
            for session in sessions:
                if not any(session is known for known in taught):
                    world.ledger.add(SessionExpert(session=session, expert=expert))


# --- what became of them ------------------------------------------------------------------------------------------


def change(world, cohort, sessions):
    """One that is up to people, those that were moved, and one that is called off."""
    program, staff = cohort.program.slug, world.staff_of(cohort.program.slug)
    told_at = at(weekday(local_day(world.now), -1), "17:10")
    for position, session in enumerate(sessions):
        if session.starts_at <= world.now:
            continue
        if (program, position) == OPTIONAL:
            session.is_required = False
        if (program, position) in MOVED:
            before = before_it_moved(cohort, session)
            note(world, session, SessionChangeKind.CHANGED, before, told_at, staff)
        elif (program, position) == CANCELLED:
            before = snapshot(session)
            session.cancelled_at, session.cancel_reason = told_at, WHY
            note(world, session, SessionChangeKind.CANCELLED, before, told_at, staff, WHY)


def subscribe(world):
    """The calendars of those who can log in and have sessions ahead."""
    made_at = at(weekday(local_day(world.now), -1), "17:20")
    for login, kind in SUBSCRIBED:
        person, code = world.crowd[login], world.ledger.new_code()
        world.ledger.add(CalendarFeed(person=person, kind=kind, code=code, made_at=made_at))


def before_it_moved(cohort, session):
    """What people had read of a session: an hour later, and in another room."""
    room = next(row for row in rooms_of(cohort) if row["room_ko"] != session.address_ko)
    earlier = {
        "address_ko": room["room_ko"],
        "address_en": room["room_en"],
        "access_ko": room["access_ko"],
        "access_en": room["access_en"],
        "place_ko": "",
        "place_en": "",
    }
    times = {name: (getattr(session, name) + HOUR).astimezone(UTC).isoformat() for name in ("starts_at", "ends_at")}
    return snapshot(session) | earlier | times


def note(world, session, kind, before, told_at, staff, reason=""):
    """The first change of a session."""
    session.sequence, session.changed_at = 1, told_at
    world.ledger.add(
        SessionChange(
            session=session,
            kind=kind,
            sequence=1,
            before=before,
            after=snapshot(session),
            at=told_at,
            by=staff,
            reason=reason,
        )
    )


# --- what is handed out -------------------------------------------------------------------------------------------


def hand_out(world, cohort, sessions):
    """The guide of a cohort, the slides of its sessions from the day before, recordings from the day after."""
    folder = f"{LINKS}/{cohort.program.slug}/{cohort.slug}"

    def add(made_at, titles, name, **fields):
        if made_at > world.now:
            return
        world.ledger.add(
            Material(
                code=world.ledger.new_code(),
                cohort=cohort,
                title_ko=titles[0],
                title_en=titles[1],
                link=f"{folder}/{name}",
                made_at=made_at,
                made_by=world.staff_of(cohort.program.slug),
                **fields,
            )
        )

    begins = local_day(cohort.starts_at)
    add(
        max(at(weekday(begins, -15), "10:00"), cohort.published_at),
        ("과정 소개서", "About the program"),
        "about.pdf",
        audience=Audience.PUBLIC,
    )
    add(max(at(weekday(begins, -5), "10:00"), cohort.published_at), ("참가자 안내서", "Guide"), "guide.pdf")
    for position, session in enumerate(sessions, 1):
        if session.cancelled_at or session.title_ko in WITHOUT_SLIDES or not session.title_ko:
            continue
        add(
            max(at(weekday(begins, -3), "11:00"), cohort.published_at),
            (f"강의 자료: {session.title_ko}", f"Slides: {session.title_en}"),
            f"slides-{position}.pdf",
            session=session,
            visible_from=session.starts_at - DAY,
        )
        if session.link:
            add(
                session.ends_at + 2 * HOUR,
                (f"녹화 영상: {session.title_ko}", f"Recording: {session.title_en}"),
                f"recording-{position}.mp4",
                session=session,
                kind=MaterialKind.RECORDING,
                visible_from=at(weekday(local_day(session.ends_at), 1), "10:00"),
            )


# --- the door -----------------------------------------------------------------------------------------------------


def check_in(world, cohort, sessions):
    """Put check-ins behind the marks of the last session that is over."""
    held = [session for session in sessions if session.ends_at <= world.now]
    if not held:
        return
    session, rng = held[-1], dice("door", cohort.program.slug, cohort.slug)
    marks = [row for row in world.ledger.rows[Attendance] if row.session is session]
    for place_in_line, mark in enumerate(marks):
        times = times_of(rng, session, mark, world.now)
        if times is None or place_in_line % BY_HAND == BY_HAND - 1:
            continue
        row = CheckIn(
            session=session,
            enrolment=mark.enrolment,
            in_at=times[0],
            out_at=times[1],
            device=f"{rng.getrandbits(256):064x}",
        )
        world.ledger.add(row)
        mark.status, mark.minutes = attendance_of(row, session)
        mark.source, mark.marked_by, mark.marked_at = Source.QR, mark.enrolment.person, times[1] or times[0]


def times_of(rng, session, mark, now):
    """When somebody of whom `mark` is true came and left; None where no check-in says so."""
    punctual = between(rng, session.starts_at - HOUR / 3, session.starts_at + HOUR / 10)
    left = between(rng, session.ends_at, min(session.ends_at + HOUR / 4, now))
    odd = timedelta(seconds=rng.randint(1, 59))
    if mark.status == AttendanceStatus.PRESENT:
        return punctual, left if rng.random() < CHECKS_OUT else None
    if mark.status == AttendanceStatus.LATE:
        return session.ends_at - timedelta(minutes=mark.minutes) + odd, None
    if mark.status == AttendanceStatus.LEFT_EARLY:
        return punctual, session.starts_at + timedelta(minutes=mark.minutes) - odd
    return None
