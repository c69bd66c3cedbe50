"""Every kind of chart in every state, of made-up numbers: for the page of components, and for the tests."""

# ruff: noqa: E501  (an example text and its twin stay on one line)
from datetime import date, timedelta
from decimal import Decimal

from portal import i18n
from portal.charts import bars, lines, parts
from portal.charts.bars import Bar, Reached, Target
from portal.charts.frame import HIDDEN
from portal.charts.lines import Series
from portal.charts.parts import Stack

FULL, EMPTY, SUPPRESSED = "full", "empty", "suppressed"


def pick(ko, en):
    """The example text in the page's language."""
    return ko if i18n.language() == i18n.KO else en


def unit(ko):
    """Writes a number with its Korean unit; English says the unit in the heading."""
    return lambda value: f"{i18n.number(value)}{ko if i18n.language() == i18n.KO else ''}"


def people(value):
    """A number of people."""
    return unit("명")(value)


def share(value):
    """A number as percent."""
    return f"{i18n.number(value)}%"


def all_examples():
    """Each kind with what it is called and its charts, as triples of a state, a key and a chart."""
    found = []
    for key, (label, draw) in kinds().items():
        found.append(
            {"title": label, "charts": [draw(f"{key}-{state}", state) for state in (FULL, SUPPRESSED, EMPTY)]}
        )
    return found


def kinds():
    """Each kind of chart: its title, and what draws an example in a state."""
    return {
        "targets": (pick("목표와 실적", "Target and actual"), targets),
        "columns": (pick("과정별 기둥", "Columns by course"), columns),
        "bars": (pick("가로 막대", "Horizontal bars"), plain),
        "remaining": (pick("남은 수", "What remains"), remaining),
        "stacked": (pick("응답 분포", "Distribution of answers"), stacked),
        "funnel": (pick("지원 결과", "What became of applications"), funnel),
        "strip": (pick("국내와 해외", "Korea and abroad"), strip),
        "days": (pick("날마다의 기록", "Daily snapshots"), days),
        "years": (pick("캠페인의 해", "Years of the campaign"), years),
        "small": (pick("나란한 작은 도표", "Small multiples"), small),
    }


def courses():
    """The eight short courses."""
    return [
        pick("창문 배경 솔루션 촬영 워크숍", "Window Background Solution Shooting Workshop"),
        pick("차세대 전문가 프로덕션 아카데미", "Next-Generation Production Academy"),
        pick("VFX 프로듀서 양성 및 버추얼 프로덕션 교육", "VFX Producer & Virtual Production Training"),
        pick("예능 제작 카메라 워크숍", "Camera Workshop for Unscripted Production"),
        pick("디지털 이미징 테크니션(DIT) 교육", "Digital Imaging Technician (DIT) Training"),
        pick("더빙 교육", "Dubbing Training"),
        pick("VFX 에디터(VFX Editor) 양성 교육", "VFX Editor Training"),
        pick("프로덕션 사운드 세미나", "Production Sound Seminar"),
    ]


def targets(name, state):
    """Commitments, two of them missed, one still being counted, one that runs."""
    of = pick("약속", "Commitment")
    title = pick("2024년 협약의 이행", "The agreement of 2024")
    if state == EMPTY:
        return bars.targets(name, title, [], of)
    rows = [
        Target(pick("단기 교육과정 운영", "Short courses run"), 8, 8, unit("개 과정"), "100%"),
        Target(pick("교육 인원(수강)", "Trainees enrolled"), 1104, 1000, people, "110.4%"),
        Target(pick("수료율", "Completion rate"), Decimal("91.9"), Decimal("85.0"), share, "108.1%"),
        Target(pick("현장 인턴십 배치", "Internship placements"), 18, 20, people, "90.0%"),
        Target(pick("국제 워크숍·교류", "International workshops and exchange"), 3, 2, unit("회"), "150.0%"),
        Target(pick("1:1 멘토링", "1:1 mentoring sessions"), 79, 80, unit("회"), "98.8%"),
        Target(pick("수료 후 12개월 안에 시리즈 제작 현장에서 일하기 시작한 사람", "People who began to work on a series within 12 months"), 212, 400, people, "53.0%", Reached.RUNNING),
        Target(pick("네트워킹 참석", "Networking attendance"), None, 500, people),
    ]  # fmt: skip
    if state == SUPPRESSED:
        rows[3] = Target(rows[3].label, HIDDEN, 20, people)
    return bars.targets(name, title, rows, of)


def columns(name, state):
    """People enrolled by course."""
    title, headings = (
        pick("과정별 수강 인원", "Enrolled by course"),
        (pick("과정", "Course"), pick("수강", "Enrolled")),
    )
    counts = [82, 296, 121, 113, 91, 118, 60, 223]
    if state == SUPPRESSED:
        counts[4] = counts[6] = HIDDEN
    shown = [Bar(course, count) for course, count in zip(courses(), counts, strict=True)]
    return bars.columns(name, title, [] if state == EMPTY else shown, headings)


def plain(name, state):
    """Who took part, by age."""
    title, headings = (
        pick("수강 1,104명, 연령", "1,104 enrolled, by age"),
        (pick("연령", "Age"), pick("인원", "People")),
    )
    counts = [218, 387, 271, 132, 78, 18]
    if state == SUPPRESSED:
        counts[4:] = [HIDDEN, HIDDEN]
    ages = [pick(f"{ages}세", ages) for ages in ("19–24", "25–29", "30–34", "35–39", "40–49")]
    ages.append(pick("50세 이상", "50 and over"))
    shown = [Bar(age, count) for age, count in zip(ages, counts, strict=True)]
    return bars.plain(name, title, [] if state == EMPTY else shown, headings, write=people)


def remaining(name, state):
    """Places that remain, with one course that is over its number, and one that is exactly full."""
    title, headings = (
        pick("목표까지 남은 인원", "People still missing"),
        (pick("과정", "Course"), pick("남은 수", "Remaining")),
    )
    counts = [12, 0, -7, 35, 4, 9, HIDDEN if state == SUPPRESSED else 3, -2]
    shown = [Bar(course, count) for course, count in zip(courses(), counts, strict=True)]
    return bars.plain(name, title, [] if state == EMPTY else shown, headings, write=people)


def agreement():
    """The steps of agreement."""
    words = [pick("매우 그렇다", "Strongly agree"), pick("그렇다", "Agree"), pick("보통이다", "Neither"), pick("그렇지 않다", "Disagree"), pick("전혀 그렇지 않다", "Strongly disagree")]  # fmt: skip
    return [(step, f"{step} {word}") for step, word in zip((5, 4, 3, 2, 1), words, strict=True)]


def stacked(name, state):
    """Answers to questions."""
    title = pick("문항별 응답", "Answers by question")
    rows = [
        Stack(pick("본 과정에 전반적으로 만족한다", "Overall I am satisfied"), (541, 249, 41, 8, 3), "4.56"),
        Stack(pick("교육 시간과 일정이 적절했다", "Hours and dates suited me"), (341, 289, 142, 54, 16), "4.05"),
        Stack(pick("난이도가 적절했다", "The level was right"), (398, 301, 107, 29, 7), "4.25"),
    ]
    if state == SUPPRESSED:
        rows[0] = Stack(rows[0].label, (541, 249, 41, HIDDEN, HIDDEN), "4.56")
    return parts.stacked(name, title, agreement(), [] if state == EMPTY else rows, pick("문항", "Question"))


def funnel(name, state):
    """What became of those who applied, on one scale."""
    title = pick("과정별 지원 결과", "Applications by course")
    words = [pick("수료", "Completed"), pick("미수료", "Not completed"), pick("예비", "Waitlisted"), pick("미선정", "Not selected"), pick("취소·포기", "Withdrawn")]  # fmt: skip
    counts = [(78, 4, 20, 31, 10), (262, 34, 90, 0, 26), (113, 8, 25, 98, 24), (106, 7, 24, 33, 17)]
    if state == SUPPRESSED:
        counts[0] = (78, HIDDEN, 20, 31, HIDDEN)
    rows = [Stack(course, count) for course, count in zip(courses(), counts, strict=False)]
    names = list(zip((5, 4, 3, 2, 1), words, strict=True))
    return parts.stacked(name, title, names, [] if state == EMPTY else rows, pick("과정", "Course"), is_whole=False)


def strip(name, state):
    """Experts from Korea and from abroad."""
    title, headings = (
        pick("국내외 전문가 54명", "54 experts"),
        (pick("어디에서", "From"), pick("전문가", "Experts")),
    )
    shown = [Bar(pick("국내", "Korea"), 36), Bar(pick("해외", "Abroad"), 18)]
    if state == SUPPRESSED:
        shown = [Bar(pick("국내", "Korea"), 36), Bar(pick("아시아", "Asia"), 9), Bar(pick("유럽", "Europe"), HIDDEN), Bar(pick("미주", "Americas"), HIDDEN)]  # fmt: skip
    return parts.strip(name, title, [] if state == EMPTY else shown, headings, write=people)


def days(name, state):
    """A hundred days of a number with its target."""
    title = pick("수강 인원, 날마다", "Enrolled, day by day")
    first, values = date(2024, 6, 20), []
    for day in range(100):
        values.append(1104 * day * (200 - day) // 10_000)
    if state == SUPPRESSED:
        values[:12] = [HIDDEN] * 4 + [None] * 4 + [HIDDEN] * 4
    dates = [first + timedelta(days=day) for day in range(100)]
    labels = [i18n.day(day, year=False, weekday=False) for day in dates]
    series = [Series(pick("수강", "Enrolled"), tuple(values))]
    return lines.over_time(name, title, [] if state == EMPTY else labels, series, pick("날", "Day"), days=None if state == EMPTY else dates, goal=1000)  # fmt: skip


def years(name, state):
    """Four years of two numbers."""
    title = pick("해마다 수강과 수료", "Enrolled and completed, year by year")
    enrolled = (HIDDEN if state == SUPPRESSED else 210, 640, 1104, 1270)
    series = [Series(pick("수강", "Enrolled"), enrolled), Series(pick("수료", "Completed"), (190, 588, 1015, 1148))]
    labels = [i18n.dated(date(year, 1, 1), "year") for year in range(2022, 2026)]
    return lines.over_time(name, title, [] if state == EMPTY else labels, series, pick("연도", "Year"))


def small(name, state):
    """Satisfaction with each course over the years."""
    title = pick("과정별 만족도", "Satisfaction by course")
    labels = [i18n.dated(date(year, 1, 1), "year") for year in range(2022, 2026)]
    means = ["4.31 4.40 4.67 4.70", "4.02 4.11 4.38 4.45", "4.20 4.35 4.52 4.61", "4.48 4.51 4.60 4.58"]
    means += ["4.10 4.22 4.57 4.66", "4.61 4.58 4.62 4.71", "3.90 4.05 4.49 4.52", "4.44 4.50 4.59 4.63"]
    series = [Series(course, tuple(map(Decimal, row.split())), Decimal("4.50")) for course, row in zip(courses(), means, strict=True)]  # fmt: skip
    if state == SUPPRESSED:
        series[1] = Series(series[1].name, (HIDDEN, *series[1].values[1:]), series[1].goal)
        series[2] = Series(series[2].name, (*series[2].values[:3], HIDDEN), series[2].goal)
    return lines.multiples(
        name, title, labels, [] if state == EMPTY else series, pick("과정", "Course"), low=Decimal("3.5")
    )
