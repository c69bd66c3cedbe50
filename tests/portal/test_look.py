"""The look: contrast, pills, icons, forms, and nothing inline that the policy would refuse."""

import re
from pathlib import Path

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_form
from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from mentoring.models.evaluations import EvaluationStatus
from partners.models.agreements import AgreementState
from portal import icons, pills, styleguide
from portal.models import MailStatus
from portal.templatetags import portal as tags
from programs.models.applications import ApplicationStatus, Outcome
from programs.models.attendance import AttendanceStatus
from programs.models.cohorts import Phase
from programs.models.enrolments import EnrolmentStatus

ROOT = Path(settings.BASE_DIR)
TOKENS = (ROOT / "static/css/tokens.css").read_text()
COMPONENTS = (ROOT / "static/css/components.css").read_text()
TEMPLATES = sorted([*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")])
SURFACES = ("paper", "paper-deep", "sheet")


# --- colors -------------------------------------------------------------------------------------------


def colors(side):
    """The colors of tokens.css as a theme has them: 0 light, 1 dark."""
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS)
    return {name: pair[side] for name, *pair in pairs}


def contrast(one, other):
    """The WCAG contrast of two colors."""

    def luminance(color):
        parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_text_can_be_read_on_every_surface(side):
    color = colors(side)
    pairs = [(text, ground) for text in ("ink", "ink-soft", "accent", "good", "warn", "bad") for ground in SURFACES]
    pairs += [(tone, f"{tone}-soft") for tone in ("accent", "good", "warn", "bad")]
    pairs += [("on-accent", "accent"), ("on-accent", "accent-press"), ("paper", "ink"), ("paper", "bad")]
    pairs += [("ink", f"{tone}-soft") for tone in ("accent", "good", "warn", "bad")]
    poor = {pair: round(contrast(*(color[name] for name in pair)), 2) for pair in pairs}
    assert {pair: value for pair, value in poor.items() if value < 4.5} == {}


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_borders_of_controls_can_be_seen(side):
    color = colors(side)
    assert min(contrast(color["edge"], color[surface]) for surface in SURFACES) >= 3


# --- pills and icons ------------------------------------------------------------------------------------

TABLES = {name: table for name, table in vars(pills).items() if name.endswith("_PILLS")}


@pytest.mark.parametrize("name", TABLES)
def test_pills_wear_known_tones_and_icons(name):
    tones = {*re.findall(r"\.pill--(\w+)", COMPONENTS), "plain"}
    for state, (tone, icon) in TABLES[name].items():
        assert tone in tones, state
        assert icon in icons.PATHS, state


@pytest.mark.parametrize(
    ("table", "states"),
    [
        (pills.APPLICATION_PILLS, ApplicationStatus),
        (pills.ENROLMENT_PILLS, EnrolmentStatus),
        (pills.OUTCOME_PILLS, Outcome),
        (pills.PHASE_PILLS, Phase),
        (pills.EVALUATION_PILLS, EvaluationStatus),
        (pills.AGREEMENT_PILLS, AgreementState),
        (pills.MAIL_PILLS, MailStatus),
        (pills.ATTENDANCE_PILLS, AttendanceStatus),
    ],
)
def test_every_state_has_its_pill(table, states):
    assert set(states.values) <= set(table)


def test_an_icon_is_hidden_from_those_who_hear_the_page():
    assert 'aria-hidden="true"' in icons.icon("check")
    with pytest.raises(KeyError):
        icons.icon("unicorn")


# --- nothing inline ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_nothing_that_the_policy_refuses(path):
    if "/emails/" in str(path):
        return  # a mail is read outside the site, where the policy does not hold
    text = path.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text)
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", text)


@pytest.mark.parametrize("name", ["tokens", "portal", "components", "admin"])
def test_style_sheets_ask_nothing_of_other_sites(name):
    assert not re.search(r"@import|https?://", (ROOT / f"static/css/{name}.css").read_text())


# --- forms -----------------------------------------------------------------------------------------------------


class Form(forms.Form):
    """One of each sort."""

    title = forms.CharField(label="Title", help_text="A working <b>title</b>.")
    motive = forms.CharField(label="Motive", widget=forms.Textarea(attrs={"data-limit": 500}))
    attends = forms.ChoiceField(label="Attends", choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect)
    region = forms.CharField(label="Region", required=False)


def crispy(form):
    """The form as pages render it."""
    with override("ko"):
        return as_crispy_form(form)


def test_required_fields_say_so_in_a_word():
    html = crispy(Form())
    assert html.count('<span class="need">필수</span>') == 3
    assert "*" not in re.sub(r"<[^>]*>", "", html)


def test_help_stands_between_label_and_field_and_is_escaped():
    html = crispy(Form())
    assert html.index('for="id_title"') < html.index('id="id_title_helptext"') < html.index('name="title"')
    assert "A working &lt;b&gt;" in html


def test_errors_stand_below_and_are_summed_up_once_with_links_that_arrive():
    form = Form({"title": "Kept", "motive": "", "attends": "maybe"})
    html = crispy(form)
    assert 'value="Kept"' in html
    assert html.rindex('name="attends"') < html.index('id="id_attends_error"')
    targets = re.findall(r'<a href="#([^"]+)"', html)
    assert targets == ["id_motive", "id_attends"]
    assert all(f'id="{target}"' in html for target in targets)
    again = render_to_string("components/form_errors.html", {"form": form})
    assert "summary" not in again


def test_a_label_that_is_a_sentence_takes_no_colon_in_the_summary():
    form = Form({"attends": "yes"})
    form.fields["title"].label, form.fields["motive"].label = "What do you do?", "Motive"
    html = crispy(form)
    assert ">What do you do? " in html
    assert ">Motive: " in html
    assert "?:" not in html


def test_an_error_of_the_whole_form_is_never_lost():
    form = Form({"title": "a", "motive": "b", "attends": "yes"})
    form.add_error(None, "The deadline has passed.")
    assert crispy(form).count("The deadline has passed.") == 1


def test_a_line_break_counts_as_one_character():
    form = Form({"title": "a", "motive": "one\r\ntwo", "attends": "yes"})
    assert tags.length_of(form["motive"]) == 7
    assert re.search(r"<b>7</b>/500", crispy(form))


# --- components ------------------------------------------------------------------------------------------------


def test_of_all_steps_one_is_now():
    steps = [
        {"title": "Apply", "state": "done"},
        {"title": "Review", "state": "now"},
        {"title": "Result", "state": "next"},
    ]
    with override("en"):
        html = render_to_string("components/steps.html", {"steps": steps})
    assert html.count('aria-current="step"') == 1
    assert re.search(r"Review<span class=\"steps__now\">Now", html)


def test_long_lists_show_their_ends_and_the_neighbors():
    assert tags.page_numbers(Paginator(range(200), 10), 7) == [1, None, 6, 7, 8, None, 20]
    page = Paginator(range(200), 10).page(7)
    html = render_to_string("components/pagination.html", {"page": page, "query": "kind=course"})
    assert 'href="?kind=course&amp;page=8"' in html
    assert (
        render_to_string("components/pagination.html", {"page": Paginator([1], 10).page(1), "query": ""}).strip()
        == ""
    )


def test_the_width_of_a_bar_stays_in_its_track():
    assert [tags.percent_of(part, 20) for part in (0, 18, 25)] == [0, 90, 100]
    assert tags.percent_of(3, 0) == 0


def test_a_language_is_named_where_it_differs_from_the_page():
    with override("ko"):
        assert tags.foreign("en") == ' lang="en"'
        assert tags.foreign("ko") == ""
        assert tags.foreign(None) == ""


def test_a_failure_is_told_in_both_languages_without_database_or_request():
    html = render_to_string("errors/500.html")
    assert "문제가 생겼어요" in html
    assert "Something went wrong" in html


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_component_renders(language):
    with override(language):
        response = styleguide.styleguide(RequestFactory().get(f"/{language}/styleguide/"))
    html = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}">' in html
    assert "csrfmiddlewaretoken" not in html
    shown = {path.stem for path in (ROOT / "templates/components").glob("*.html")}
    pages = [ROOT / f"templates/{name}.html" for name in ("styleguide", "base", "admin/base_site")]
    named = {name for page in pages for name in re.findall(r"components/(\w+)\.html", page.read_text())}
    through = {"pill", "poster", "form_errors", "field_foot", "rows", "rows_row", "consent_text"}
    assert shown <= named | through
