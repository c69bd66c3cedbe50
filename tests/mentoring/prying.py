"""Whoever tries every address with every id there is: what they are shown, and what their forms change.

A world marks each text with whom it is for (`Marks`); `pry` asks everything as one person and finds what is not
theirs.
"""

import itertools
import logging
import re
import zipfile
from contextlib import contextmanager
from html.parser import HTMLParser
from io import BytesIO
from typing import NamedTuple

from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.http import HttpResponseNotFound
from django.test import Client
from django.urls import NoReverseMatch, resolve, reverse

from mentoring.care.health_rows import MAKERS
from mentoring.models.actions import Action
from mentoring.models.form_evaluations import Stage
from mentoring.models.honorarium import Statement
from mentoring.models.meetings import Meeting
from mentoring.models.mentors import MentorProfile
from mentoring.models.notes import NOTES
from mentoring.models.pairs import Goal, GoalMilestone, Pairing
from mentoring.models.rounds import DeclaredConflict, Exclusion, MentoringRound, RoundMentor
from mentoring.models.safeguarding import Concern, ContactBlock
from mentoring.models.samples import SampleVersion, WorkSample
from mentoring.models.timetables import CampAbsence, CampInterpreter, Timetable
from portal import urls
from portal.models import OutgoingMail
from programs.models.applications import Application
from programs.models.cohorts import Cohort, Session
from programs.models.enrolments import Enrolment

LIKE_A_MARK = re.compile(r"zq\d{4}[a-z0-9]+?qz|[0-9a-z]{20,}|\d{1,3}(?:,\d{3})+")
FOLDED = re.compile(r"\r?\n[ \t]")  # of a calendar


class Marks:
    """Texts that stand nowhere else, each with the people who may read it (`everybody` for all)."""

    def __init__(self):
        self.readers = {}

    def new(self, kind, *readers):
        """A text for these people alone."""
        text = f"zq{len(self.readers):04d}{kind}qz"
        self.readers[text] = frozenset(reader.pk for reader in readers)
        return text

    def known(self, text, *readers):
        """The same for a text that the portal has made: a code, a sum."""
        self.readers[str(text)] = frozenset(reader.pk for reader in readers)

    def also(self, text, *readers):
        """Let these people read it too."""
        self.readers[text] |= {reader.pk for reader in readers}

    def theirs(self, person):
        """What the person may read."""
        return {text for text, readers in self.readers.items() if person is not None and person.pk in readers}

    def found_in(self, text):
        """The marks that stand in a text."""
        return self.readers.keys() & set(LIKE_A_MARK.findall(text))


def kind_of(mark):
    """What sort of text a mark is; `code` for what the portal has made."""
    return mark[6:-2] if mark.startswith("zq") and mark.endswith("qz") else "code"


# --- what is read ---------------------------------------------------------------------------------------


def text_of(response):
    """Everything that an answer says, also in a file with files inside, and where it leads."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return unpacked(content) + response.get("Location", "") + response.get("Content-Disposition", "")


def unpacked(content):
    """Bytes as text: the files of an archive, and lines as long as they are."""
    if content.startswith(b"PK"):
        box = zipfile.ZipFile(BytesIO(content))
        return "".join(name + unpacked(box.read(name)) for name in box.namelist())
    return FOLDED.sub("", content.decode("utf-8", "replace"))


def client_of(person):
    """A client logged in as that person, or as nobody."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


# --- every address --------------------------------------------------------------------------------------


def codes(model, field="code"):
    """That field of every row, once."""
    return list(model.objects.order_by("pk").values_list(field, flat=True).distinct())


PAIRING = (
    "pairing",
    "meeting-book",
    "mentee-file",
    "evaluation-",
    "goal-add",
    "note-add",
    "action-add",
    "sample-add",
)
# Addresses of the house that hold nothing of mentoring, and need an id of something else.
ELSEWHERE = (
    "poster",
    "certificate-",
    "badge-",
    "partner",
    "agreement",
    "my-consent",
    "reviews-",
    "review",
    "survey",
    "teaching-survey",
    "reference",
    "material",
    "teaching-material-remove",
    "check-in-scan",
    "learning-excuse",
    "application-reference",
    "cohort-results",
    "stay",
    "too_young",
)
LONE = {  # by the beginning of the name, the longest first
    "learning": Enrolment,
    "application": Application,
    "action": Action,
    "milestone": GoalMilestone,
    "meeting": Meeting,
    "sample": WorkSample,
    "mentoring-round": MentoringRound,
    "honorarium-statement": Statement,
    "my-mail-text": OutgoingMail,
    "my-concern": Concern,
    "teaching-": Session,
    "check-in": Session,
}


def places_of(name):
    """With what an address of the site is filled; each a list of arguments."""
    if name.startswith(ELSEWHERE):
        return []
    if name in ("goal", "milestone-add"):
        return [list(pair) for pair in Goal.objects.values_list("pairing__code", "position")]
    if name in ("note", "note-remove"):
        every = [[audience, code] for audience, model in NOTES.items() for code in codes(model)]
        return every if name == "note" else [[code] for _audience, code in every]
    if name in ("mentee-file", "application-file"):
        owners = codes(Pairing if name == "mentee-file" else Application)
        files = uploads()
        return [
            [owner, file] for turn in range(2) for owner, file in zip(owners, files[turn:] + files, strict=False)
        ]
    if name == "sample-open":
        return [list(pair) for pair in SampleVersion.objects.values_list("sample__code", "code")]
    if name.startswith("form-evaluation"):
        return [[code, stage] for code in codes(Pairing) for stage in Stage.values]
    if name.startswith(PAIRING):
        return [[code] for code in codes(Pairing)]
    if name in ("program", "cohort", "apply"):
        found = Cohort.objects.values_list("program__slug", "slug")
        return [list(row)[: 1 if name == "program" else 2] for row in found]
    for start in sorted(LONE, key=len, reverse=True):
        if name.startswith(start):
            return [[code] for code in codes(LONE[start])]
    return []


def uploads():
    """The code of every file."""
    return codes(apps.get_model("portal", "Upload"))


KEYS = ("calendar-feed", "concern")  # open to whoever has their address


def site_addresses(names):
    """`(name, address)` of every address of the site, filled with every id there is."""
    for name in names:
        if name in KEYS:
            continue
        try:
            yield name, reverse(name)
            continue
        except NoReverseMatch:
            pass
        for arguments in places_of(name):
            yield name, reverse(name, args=arguments)


def holds_nothing(names):
    """The addresses that need an id and were filled with none."""
    filled = {name for name, _address in site_addresses(names)}
    return {name for name in names if name not in filled and name not in KEYS and not name.startswith(ELSEWHERE)}


def pks(model, **which):
    """The key of every row."""
    return list(model.objects.filter(**which).order_by("pk").values_list("pk", flat=True))


def planned(timetable):
    """A meeting of a plan, as the address of moving it has it."""
    meeting = timetable.plan["meetings"][0]
    return {"mentor": meeting["mentor"], "mentee": meeting["mentee"], "slot": meeting["slot"]}


OWN_ROWS = {  # where `pk` is not a row of the model whose page it is
    "mentoring_mentoringround_answer": RoundMentor,
    "mentoring_mentoringround_leave": RoundMentor,
    "mentoring_mentoringround_settle": DeclaredConflict,
    "mentoring_mentoringround_dismiss": DeclaredConflict,
    "mentoring_pairing_lift": Exclusion,
    "mentoring_pairing_survey": Cohort,
}
ROWS = {
    "mentoring_camp_interpreter_remove": CampInterpreter,
    "mentoring_camp_absence_remove": CampAbsence,
}


def staff_arguments(model, pattern):
    """With what an address of the admin is filled; every id of a kind with every id of the others."""
    found = {}
    for name in pattern.pattern.converters:
        if name in ("pk", "object_id"):
            found[name] = pks(OWN_ROWS.get(pattern.name, model))
        elif name == "round_id":
            found[name] = pks(MentoringRound)
        elif name == "enrolment_id":
            found[name] = pks(Enrolment)
        elif name == "mentee":
            found[name] = codes(Enrolment)
        elif name == "mentor":
            found[name] = pks(MentorProfile)
        elif name == "number":
            found[name] = [1]
        elif name == "measure":
            found[name] = list(MAKERS)
        elif name == "step_id":
            found[name] = pks(apps.get_model("mentoring", "AbsenceStep"))
        elif name == "block_id":
            found[name] = pks(ContactBlock)
        elif name == "row":
            found[name] = pks(ROWS[pattern.name])
        elif name == "application_id":
            found[name] = pks(Application)
        elif name == "code":
            found[name] = uploads()
        elif name == "cohort_id":
            found[name] = pks(Cohort)
        elif name == "session_id":
            found[name] = pks(Session)
        else:
            return []
    if pattern.name == "mentoring_camp_move":
        rows = Timetable.objects.exclude(plan=None)
        return [{"pk": row.camp_id, "number": row.number, **planned(row)} for row in rows]
    if pattern.name in ("mentoring_pairing_exclude", "mentoring_pairing_lock"):
        found["mentor"] = found["mentor"][:1]
    if pattern.name.startswith("mentoring_health") and pattern.name.endswith("_csv"):
        found["measure"] = ["no_contact", "unanswered", "unlogged", "load", "absences", "minutes"]
    return [dict(zip(found, values, strict=True)) for values in itertools.product(*found.values())]


def staff_addresses(*of):
    """`(name, address)` of every page of the admin about these apps or models, filled with every id there is."""
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label not in of and model._meta.label not in of:
            continue
        for pattern in model_admin.get_urls():
            if not pattern.name:
                continue
            if not pattern.pattern.converters:
                yield pattern.name, reverse(f"admin:{pattern.name}")
                continue
            for arguments in staff_arguments(model, pattern):
                yield pattern.name, reverse(f"admin:{pattern.name}", kwargs=arguments)


@contextmanager
def quiet():
    """Refusals without their page, which is the same for all, and without a word in the log."""
    logging.disable(logging.CRITICAL)
    page = urls.handler404, urls.handler403
    urls.handler404 = urls.handler403 = lambda request, exception: HttpResponseNotFound()
    try:
        yield
    finally:
        urls.handler404, urls.handler403 = page
        logging.disable(logging.NOTSET)


class Pried(NamedTuple):
    """What a person was shown: marks that are not theirs with the address's name, those that are, what opened."""

    others: set
    own: set
    opened: set


def pry(person, places, marks, *, language="ko"):
    """Ask every address as that person."""
    client, theirs, pried = client_of(person), marks.theirs(person), Pried(set(), set(), set())
    with quiet():
        for name, address in places:
            here = address.replace("/ko/", f"/{language}/", 1)
            response = client.get(here)
            if response.status_code in (404, 405):
                continue
            found = marks.found_in(text_of(response).replace(here, ""))
            pried.others.update((name, mark) for mark in found - theirs)
            pried.own.update(found & theirs)
            pried.opened.add(address)
    return pried


# --- forms ------------------------------------------------------------------------------------------------


class Forms(HTMLParser):
    """The forms of a page that are posted: `(action, fields, buttons)`, as a browser would send them."""

    def __init__(self, address, text):
        super().__init__()
        self.address, self.found = address, []
        self.form = self.select = self.area = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = None
            if attrs.get("method", "").lower() == "post":
                self.form = (attrs.get("action") or self.address, {}, [])
                self.found.append(self.form)
        elif self.form is not None:
            self.field(tag, attrs)

    def field(self, tag, attrs):
        name, value, kind = attrs.get("name", ""), attrs.get("value", ""), attrs.get("type", "text")
        fields, is_off = self.form[1], "disabled" in attrs
        if tag == "option" and self.select:
            if "selected" in attrs or self.select not in fields or not fields[self.select][0]:
                fields[self.select] = [value]
        elif is_off:
            return
        elif tag == "button" or (tag == "input" and kind == "submit"):
            if attrs.get("type", "submit") == "submit":
                self.form[2].append((attrs.get("formaction", ""), name, value))
        elif tag == "select":
            self.select = name
        elif tag == "textarea" and name:
            fields[name], self.area = [""], name
        elif tag == "input" and name:
            self.input(name, value, kind, attrs)

    def input(self, name, value, kind, attrs):
        fields = self.form[1]
        if kind in ("radio", "checkbox"):
            if "checked" in attrs:
                fields[name] = [*(fields.get(name, []) if kind == "checkbox" else []), value or "on"]
            elif kind == "radio":
                fields.setdefault(name, [value])
        elif kind != "file":
            fields[name] = [value]

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None

    def handle_data(self, data):
        if self.form is not None and self.area:
            self.form[1][self.area] = [self.form[1][self.area][0] + data]


def posts_of(address, text):
    """Every way to send a form of a page that says by its address what it is about: `(address, fields)`."""
    for action, fields, buttons in Forms(address, text).found:
        filled = {name: values for name, values in fields.items() if name != "csrfmiddlewaretoken"}
        for to, name, value in buttons or [("", "", "")]:
            target = (to or action).partition("#")[0] or address
            if target.startswith("/") and resolve(target.partition("?")[0]).kwargs:
                yield target, {**filled, **({name: [value]} if name else {})}


@contextmanager
def written(table="mentoring_"):
    """The statements that write to mentoring's tables meanwhile."""
    found = []

    def note(execute, sql, params, many, context):
        if not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")) and table in sql:
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found
