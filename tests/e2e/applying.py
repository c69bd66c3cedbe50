"""What the browser tests of applying stand on: a form with a question of each kind, and words to look for."""

import time

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils.translation import override

from programs.models.applications import Application
from programs.models.forms import Section
from tests import make

PATIENCE = 20  # seconds, for the slowest machine: what should come at once is waited for under a stopped clock
LOCALES = {"ko": "ko-KR", "en": "en-US"}
QUESTIONS = [
    {"key": "motivation", "type": "long", "most_characters": 500, "is_required": True, "help_ko": "왜 지원하나요?"},
    {"key": "logline", "type": "short", "most_characters": 50},
    {"key": "genre", "type": "single"},
    {"key": "other-genre", "type": "short", "most_characters": 40, "is_required": True},
    {"key": "days", "type": "multiple"},
    {"key": "wishes", "type": "ranked", "most_items": 3},
    {"key": "reel", "type": "links", "most_items": 3},
    {"key": "credits", "type": "credits", "most_items": 20},
]
MORE = [
    {"key": "born", "type": "date"},
    {"key": "years", "type": "number"},
    {"key": "contact", "type": "email"},
    {"key": "phone", "type": "phone"},
    {"key": "region", "type": "region"},
    {"key": "career", "type": "career", "most_items": 20},
    {"key": "treatment", "type": "file", "most_items": 2, "most_megabytes": 1, "is_confidential": True},
    {"key": "true", "type": "statement", "is_required": True},
]


def wait_until(page, read, value):
    """Wait until `read` returns `value`; the browser's events are heard meanwhile."""
    end = time.monotonic() + PATIENCE
    while (there := read()) != value:
        if time.monotonic() > end:
            pytest.fail(f"{there!r} after {PATIENCE} seconds, not {value!r}", pytrace=False)
        page.wait_for_timeout(50)


class Applying:
    """A person's draft in an open cohort, and where it is written."""

    def __init__(self):
        self.version = make.make_form_version(questions=QUESTIONS)
        questions = {question.key: question for question in self.version.questions.all()}
        questions["other-genre"].shown_if, questions["other-genre"].shown_if_values = questions["genre"], ["d"]
        questions["other-genre"].save()
        second = Section.objects.create(version=self.version, title_ko="작업", title_en="Your work", position=2)
        for fields in MORE:
            make.make_question(self.version, **{"section": second, **fields})
        self.person = make.make_user(full_name="남궁별", romanized_name="Namgung Byeol")
        EmailAddress.objects.create(user=self.person, email=self.person.email, verified=True, primary=True)
        self.cohort = make.make_cohort(form_version=self.version)
        self.application = make.make_application(
            self.cohort, self.person, status="draft", answers={"motivation": "", "career": ""}
        )

    def address(self, step, language="ko", name="application-edit"):
        """Where a step is written."""
        with override(language):
            return reverse(name, args=[self.application.code]) + (f"?step={step}" if step else "")

    def draft(self):
        """What the server has of it now."""
        return Application.objects.get(pk=self.application.pk).draft

    def wait_for(self, page, key, value):
        """Wait until the server has `value` under `key`."""
        wait_until(page, lambda: self.draft().get(key), value)


def stop_clock(page):
    """From here on time passes on the page by `page.clock.run_for` alone, however slow the machine is."""
    page.clock.install()
    page.clock.pause_at(time.time() + 60)


def saves(page):
    """A list that grows with each saving that the page begins by itself."""
    begun = []
    page.on("request", lambda sent: begun.append(sent.url) if "x-autosave" in sent.headers else None)
    return begun


def copies(page):
    """The names of the copies that the browser holds."""
    return page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('draft:'))")


def wait_for_copies(page, count):
    """Wait until the browser holds so many copies."""
    wait_until(page, lambda: len(copies(page)), count)


def status_line(page):
    """The line that says whether everything is saved."""
    return page.locator("[data-autosave-status]")
