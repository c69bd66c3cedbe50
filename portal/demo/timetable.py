"""The timetable of the running camp, as staff have it: its slots and whoever meets in them, published."""

from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.rounds import MentoringRound
from mentoring.models.timetables import Camp, CampInterpreter, CampSlot, Timetable, TimetableState
from mentoring.timetables.camp_input import Input, language_of, pairs_of
from mentoring.timetables.check import check, measure
from mentoring.timetables.solving import Timetable as Plan
from portal.demo.days import DAY
from programs.models.experts import Expert

INTERPRETING = {"specialism_ko": "통역", "specialism_en": "Interpreting"}
INTERPRETERS = (
    ("gu-yerin", "구예린", "Gu Yerin"),
    ("ma-hyeonu", "마현우", "Ma Hyeonu"),
    ("pyo-sia", "표시아", "Pyo Sia"),
    ("ok-junseo", "옥준서", "Ok Junseo"),
)


def write(world):
    """Make the timetable of each camp that runs, out of its meetings. They and the pairs are written already."""
    rounds = MentoringRound.objects.filter(cohort__is_demo_season=True, is_camp=True).select_related(
        "cohort__program"
    )
    for round_ in rounds.order_by("pk"):
        rows = Meeting.objects.filter(pairing__enrolment__cohort=round_.cohort_id, pairing__ended_at=None)
        meetings = list(rows.exclude(status=MeetingStatus.RESCHEDULED).order_by("starts_at", "pk"))
        if meetings:
            publish(round_, meetings, world.staff_of(round_.cohort.program.slug))


def interpret(camp, meetings):
    """Give each meeting of two without a language in common an interpreter, and no interpreter two at a time."""
    languages = {pairing.pk: language_of(pairing) for pairing in pairs_of(camp)}
    busy, able = {}, {}
    for meeting in meetings:
        language = languages[meeting.pairing_id]
        if not language:
            continue
        place = busy.setdefault(meeting.starts_at, 0)
        slug, name_ko, name_en = INTERPRETERS[place]
        names = {"name_ko": name_ko, "name_en": name_en, "country": "KR", **INTERPRETING}
        meeting.interpreter, _is_new = Expert.objects.get_or_create(slug=slug, defaults=names)
        able.setdefault(meeting.interpreter, set()).add(language)
        busy[meeting.starts_at] += 1
    Meeting.objects.bulk_update(meetings, ["interpreter"])
    for expert, known in able.items():
        CampInterpreter.objects.create(camp=camp, expert=expert, languages=sorted(known))


def publish(round_, meetings, staff):
    """The camp with its slots, and the timetable made and published on the eve of the first meeting."""
    camp = Camp.objects.create(round=round_, weeks_count=False, place=round_.cohort.place_ko)
    times = sorted({(meeting.starts_at, meeting.ends_at) for meeting in meetings})
    CampSlot.objects.bulk_create(CampSlot(camp=camp, starts_at=start, ends_at=end) for start, end in times)
    interpret(camp, meetings)
    made_at = times[0][0] - DAY
    question = Input(camp, made_at)
    planned = tuple(sorted(question.previous))
    if check(question.problem, planned):
        return
    timetable = Timetable.objects.create(
        camp=camp,
        number=1,
        state=TimetableState.PUBLISHED,
        problem=question.problem.as_json(),
        digest=question.problem.digest,
        plan=Plan(planned, measure(question.problem, planned), ()).as_json(),
        made_at=made_at,
        made_by=staff,
        published_at=made_at,
        published_by=staff,
    )
    timetable.meetings.set(meetings)
