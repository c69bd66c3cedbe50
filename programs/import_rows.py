"""What is found out about the rows of an import: whom they mean, what they bring in, and why some cannot come in.

Reads and judges, changes nothing. All rows are judged together, in as many queries for one as for thousands.
"""

from collections import defaultdict

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts.privacy import ERASED
from portal.i18n import LANGUAGES, speaking
from programs import import_totals
from programs.countries import COUNTRIES
from programs.import_marks import doubt, plain, refuse
from programs.models.enrolments import Enrolment, EnrolmentStatus
from programs.models.experts import Expert
from programs.models.imports import Choice, ImportKind, Verdict
from programs.models.surveys import LIKERT_STEPS, NPS_STEPS

E, V = EnrolmentStatus, Verdict
# The cells of each kind: key, headings under which it may stand, whether a row needs it.
COLUMNS = {
    ImportKind.PARTICIPANTS: {
        "email": ("이메일", "이메일 주소", "전자우편", "e-mail", "mail"),
        "full_name": ("성명", "이름", "name", "full name"),
        "romanized_name": ("영문 성명", "영문명", "영문 이름", "name in english", "romanized name"),
        "outcome": ("결과", "수료 여부", "수료", "상태", "status", "result"),
    },
    ImportKind.EXPERTS: {
        "name_ko": ("성명", "이름", "국문 성명", "name (korean)"),
        "name_en": ("영문 성명", "영문명", "name (english)"),
        "country": ("국가", "국가 코드", "country code"),
        "specialism_ko": ("전문 분야", "분야", "specialism (korean)"),
        "specialism_en": ("전문 분야 (영문)", "영문 전문 분야", "specialism (english)"),
    },
    ImportKind.TOTALS: import_totals.COLUMNS,
}
NEEDED = {
    ImportKind.PARTICIPANTS: ("email", "full_name", "outcome"),
    ImportKind.EXPERTS: ("name_ko", "name_en", "country", "specialism_ko", "specialism_en"),
    ImportKind.TOTALS: import_totals.NEEDED,
}
OUTCOMES = {
    E.COMPLETED: ("수료", "이수", "completed", "complete"),
    E.NOT_COMPLETED: ("미수료", "미이수", "not completed", "incomplete"),
    E.DROPPED: ("중도 포기", "중도 탈락", "포기", "dropped", "dropped out"),
    E.NO_SHOW: ("불참", "노쇼", "no-show", "no show"),
}
PROBLEMS = {
    "empty": _("“%(detail)s” is empty."),
    "bad_email": _("This is no e-mail address."),
    "too_long": _("“%(detail)s” is too long."),
    "bad_outcome": _(
        "What this means is not known: “%(detail)s”. Write completed, not completed, dropped out or no-show."
    ),
    "bad_country": _("No country is called that: “%(detail)s”. Write two letters such as KR."),
    "twice": _("The same as line %(detail)s."),
    "closed": _("The account with this address is closed."),
    "otherwise": _("Here already, with another status: %(detail)s."),
    "no_seat": _("There are more people than seats: %(detail)s. Raise the seats first."),
    "name_differs": _("The account with this address has another name: %(detail)s."),
    "same_name": _("There is an account of the same name: %(detail)s."),
    "same_expert": _("There is an expert of one of these names: %(detail)s."),
    "unknown_item": _("No core question is called that: “%(detail)s”."),
    "same_question": _("The same question as in line %(detail)s."),
    "no_number": _("What stands under “%(detail)s” is no whole number."),
    "no_answers": _("Nobody has answered."),
    "more_than_asked": _("More have answered than were asked: %(detail)s."),
    "groups_differ": _("From 0 to 10 there are other promoters, passives and detractors: %(detail)s."),
    "other_numbers": _("Here already with other numbers: %(detail)s."),
    "asked_here": _("The portal has asked this cohort the same itself; side by side it would count twice."),
    "sum_differs": _("Not as many answers as to most questions: %(detail)s."),
    "asked_differs": _("Not as many asked as with most questions: %(detail)s."),
}
HEADINGS = {
    "email": _("E-mail"),
    "full_name": _("Full name"),
    "romanized_name": _("Name in English"),
    "outcome": _("How it ended"),
    "name_ko": _("Name (Korean)"),
    "name_en": _("Name (English)"),
    "country": _("Country"),
    "specialism_ko": _("Specialism (Korean)"),
    "specialism_en": _("Specialism (English)"),
    "item": _("Question"),
    **{f"n{step}": str(step) for step in LIKERT_STEPS},
    **{f"nps{step}": f"NPS {step}" for step in NPS_STEPS},
    "promoters": _("Promoters"),
    "passives": _("Passives"),
    "detractors": _("Detractors"),
    "asked": _("Number asked"),
}
SHORTER = {
    "full_name": 60,
    "romanized_name": 80,
    "name_ko": 60,
    "name_en": 80,
    "specialism_ko": 120,
    "specialism_en": 120,
}
LONGEST_EMAIL = 254
ALSO_CALLED = {"대한민국": "KR", "republicofkorea": "KR", "southkorea": "KR", "usa": "US", "uk": "GB"}
# What staff are asked, and what is done where they say nothing.
USUAL = {"same_name": Choice.NEW}


def columns_of(kind):
    """`{key: headings}` under which the cells of a row may stand, those that people are told included."""
    known = {key: list(headings) for key, headings in COLUMNS[kind].items()}
    for language in LANGUAGES:
        with speaking(language):
            for key, headings in known.items():
                headings.append(str(HEADINGS[key]))
    return known


def judge(batch, rows):
    """Write into each of `rows` its verdict, problem, detail and whom it means; a choice made before is kept."""
    for row in rows:
        row.person = row.expert = None
        row.verdict, row.problem, row.detail = V.NEW, "", ""
        check_cells(batch.kind, row)
    if batch.kind == ImportKind.PARTICIPANTS:
        judge_participants(batch.cohort, rows)
    elif batch.kind == ImportKind.EXPERTS:
        judge_experts(rows)
    else:
        import_totals.judge(batch.cohort, rows)
    for row in rows:
        if row.verdict != V.DOUBTFUL:
            row.choice = ""
        elif row.choice not in choices_of(row):
            row.choice = USUAL.get(row.problem, Choice.LEAVE)
    if batch.kind == ImportKind.PARTICIPANTS:
        refuse_twice(rows)
        refuse_beyond_seats(batch.cohort, rows)


def choices_of(row):
    """What staff may want of a row in doubt: an address is one account's, and a namesake is one person or none."""
    choices = [Choice.SAME] if row.person or row.expert else []
    return [*choices, *([] if row.problem == "name_differs" else [Choice.NEW]), Choice.LEAVE]


def check_cells(kind, row):
    """Refuse a row of which a cell lacks or means nothing."""
    cells = row.cells
    for key in NEEDED[kind]:
        if not cells.get(key):
            return refuse(row, "empty", key)
    for key, longest in SHORTER.items():
        if len(cells.get(key, "")) > longest:
            return refuse(row, "too_long", key)
    if kind == ImportKind.PARTICIPANTS:
        try:
            validate_email(cells["email"])
        except ValidationError:
            return refuse(row, "bad_email")
        if len(cells["email"]) > LONGEST_EMAIL or cells["email"].lower().endswith(ERASED):
            return refuse(row, "bad_email")
        if outcome_of(row) is None:
            return refuse(row, "bad_outcome", cells["outcome"])
    elif kind == ImportKind.EXPERTS and country_of(row) is None:
        return refuse(row, "bad_country", cells["country"])
    return None


def email_of(row):
    """The address of a participant."""
    return row.cells["email"].lower()


def outcome_of(row):
    """The status that the outcome of a row means, or None."""
    return _OUTCOMES.get(plain(row.cells.get("outcome", "")))


def country_of(row):
    """The two letters of an expert's country, written as such or by its name, or None."""
    told = row.cells["country"].strip()
    code = told.upper()
    return code if code in COUNTRIES else _countries().get(plain(told))


_OUTCOMES = {plain(word): status for status, words in OUTCOMES.items() for word in words}


def _countries():
    known = dict(ALSO_CALLED)
    for language in LANGUAGES:
        with speaking(language):
            known |= {plain(str(name)): code for code, name in COUNTRIES.items()}
    return known


# --- participants -------------------------------------------------------------------------------------------------


def judge_participants(cohort, rows):
    """Who each row means, by address; whether they are in the cohort already; whether there is a seat for them."""
    judged = [row for row in rows if row.verdict != V.REFUSED]
    users = get_user_model().objects.filter(email__in={email_of(row) for row in judged})
    by_email = {user.email: user for user in users}
    by_name = namesakes({row.cells["full_name"] for row in judged if email_of(row) not in by_email})
    there = {
        enrolment.person_id: enrolment
        for enrolment in Enrolment.objects.filter(cohort=cohort).exclude(status=E.CANCELLED)
    }
    lines = {}
    for row in judged:
        address = email_of(row)
        if address in lines:
            refuse(row, "twice", lines[address])
            continue
        lines[address] = row.line
        person = by_email.get(address)
        if person is not None:
            meets(row, person, there.get(person.pk))
        elif found := by_name.get(plain(row.cells["full_name"])):
            row.person = found[0] if len(found) == 1 and found[0].pk not in there else None
            doubt(row, "same_name", ", ".join(masked(user.email) for user in found[:3]))


def refuse_twice(rows):
    """Refuse a row that means a person whom one before it means, under another address."""
    lines = {}
    for row in rows:
        if row.comes_in and row.person is not None and row.choice != Choice.NEW:
            if row.person.pk in lines:
                refuse(row, "twice", lines[row.person.pk])
            lines.setdefault(row.person.pk, row.line)


def refuse_beyond_seats(cohort, rows):
    """Refuse the rows for which the cohort has no seat any more; whoever did not come took none."""
    left = cohort.capacity - Enrolment.objects.filter(cohort=cohort).counted().count()
    for row in rows:
        if row.comes_in and outcome_of(row) != E.NO_SHOW:
            left -= 1
            if left < 0:
                refuse(row, "no_seat", cohort.capacity)


def meets(row, person, enrolment):
    """Compare a row with the account that has its address, and with what is known of them in the cohort."""
    row.person = person
    if not person.is_active:
        refuse(row, "closed")
    elif enrolment is not None:
        if enrolment.status == outcome_of(row):
            row.verdict = V.THERE
        else:
            refuse(row, "otherwise", enrolment.status)
    elif is_called(person, row):
        row.verdict = V.KNOWN
    else:
        doubt(row, "name_differs", person.full_name or person.romanized_name)


def is_called(person, row):
    """Whether an account may be the person of a row by its names."""
    told = {plain(name) for name in (row.cells["full_name"], row.cells.get("romanized_name", "")) if name}
    known = {plain(name) for name in (person.full_name, person.romanized_name) if name}
    return not known or bool(told & known)


def namesakes(names):
    """`{name as compared: accounts}` of the living accounts that have one of `names`."""
    found = defaultdict(list)
    for user in get_user_model().objects.filter(full_name__in=names, is_active=True).order_by("pk"):
        found[plain(user.full_name)].append(user)
    return found


def masked(email):
    """An address by which staff recognize one they know."""
    name, _at, host = email.partition("@")
    return f"{name[:2]}***@{host}"


# --- experts ------------------------------------------------------------------------------------------------------


def judge_experts(rows):
    """Which expert each row means: the same by both names, in doubt by one."""
    known = {slug_of_names(expert.name_ko, expert.name_en): expert for expert in Expert.objects.all()}
    half = defaultdict(list)
    for expert in known.values():
        for name in (expert.name_ko, expert.name_en):
            half[plain(name)].append(expert)
    lines = {}
    for row in rows:
        if row.verdict == V.REFUSED:
            continue
        names = slug_of_names(row.cells["name_ko"], row.cells["name_en"])
        if names in lines:
            refuse(row, "twice", lines[names])
            continue
        lines[names] = row.line
        row.expert = known.get(names)
        if row.expert is not None:
            row.verdict = V.THERE
            continue
        found = half.get(plain(row.cells["name_ko"]), []) + half.get(plain(row.cells["name_en"]), [])
        if found:
            row.expert = found[0]
            doubt(row, "same_expert", f"{found[0].name_ko} / {found[0].name_en}")


def slug_of_names(name_ko, name_en):
    """By what two experts are told apart."""
    return plain(name_ko), plain(name_en)


def new_slug(name_en, taken):
    """An address for an expert that none of `taken` has; it is added to them."""
    stem = slugify(name_en)[:40] or "expert"
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    taken.add(slug)
    return slug


# --- in words -----------------------------------------------------------------------------------------------------


def reason_of(row):
    """Why a row is refused or in doubt, in a sentence; empty where there is nothing to say."""
    if not row.problem:
        return ""
    detail = row.detail
    if row.problem in ("empty", "too_long", "no_number"):
        detail = HEADINGS[detail]
    elif row.problem == "otherwise":
        detail = EnrolmentStatus(detail).label
    return PROBLEMS[row.problem] % {"detail": detail}
