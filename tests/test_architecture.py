"""The shape of the house: who may import whom, and what is done in one place. docs/architecture.md draws it."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What lies lower never imports what lies higher. The portal stands at both ends: floor below, roof above.
LINE = ["floor", "accounts", "partners", "programs", "mentoring", "roof"]
APPS = LINE[1:-1]
ROOF = {
    "settings",
    "urls",
    "views",
    "admin",
    "admin_app",
    "admin_site",
    "api",
    "wsgi",
    "management",
    "demo",
    "home_page",
    "styleguide",
}
# Inside an app a module imports from its own row and the rows above it.
ROWS = [
    {"models", "signals"},
    {"permissions", "forms", "emails", "documents", "metrics", "matching"},
    {"operations"},
    {"tasks"},
    {"views", "admin", "urls", "api", "apps"},
]
ROW = {name: number for number, names in enumerate(ROWS) for name in names}
CLOCKS = ("timezone.now", "datetime.now", "datetime.utcnow", "date.today")
GETTEXT = ("_", "gettext", "pgettext", "ngettext")
WRITES_STATUS = {"operations", "models"}


def modules():
    """Every module of the product as its dotted name, migrations aside."""
    for package in ["portal", *APPS]:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield ".".join(path.relative_to(ROOT).with_suffix("").parts)


MODULES = list(modules())


def source(module):
    return ROOT.joinpath(*module.split(".")).with_suffix(".py").read_text()


def imported(module):
    """The dotted names a module imports, wherever in it the import stands."""
    for node in ast.walk(ast.parse(source(module))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are written in full"
            yield from (f"{node.module}.{name.name}" for name in node.names)


def storey(name):
    """Where in the line a dotted name lies; None for what is not ours."""
    package, _, rest = name.partition(".")
    if package in APPS:
        return package
    if package == "portal":
        return "roof" if rest.split(".")[0] in ROOF else "floor"
    return None


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module):
    here = storey(module)
    for target in imported(module):
        there = storey(target)
        if there is None:
            continue
        assert LINE.index(there) <= LINE.index(here), f"{module} imports from above: {target}"
        if there == here and here in APPS:
            rows = [ROW.get(name.split(".")[1]) for name in (target, module) if "." in name]
            if len(rows) == 2 and None not in rows:
                assert rows[0] <= rows[1], f"{module} imports upwards in its own app: {target}"


def test_the_check_sees_a_wrong_import():
    assert storey("portal.views.home") == "roof"
    assert storey("portal.mail.queue") == "floor"
    assert LINE.index(storey("mentoring.models")) > LINE.index(storey("programs.models"))


def test_every_part_of_the_roof_exists():
    present = {module.split(".")[1] for module in MODULES if module.startswith("portal.")}
    assert ROOF - present <= {"api"}


@pytest.mark.parametrize("module", MODULES)
def test_domain_code_asks_one_clock(module):
    """Sessions and tokens run on real time; nothing else asks for it past `portal.clock`."""
    if module in ("portal.clock", "accounts.sessions", "accounts.middleware", "portal.management.commands.serve"):
        return
    for call in ast.walk(ast.parse(source(module))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            name = ast.unparse(call.func)
            assert name not in ("timezone.now", "datetime.now", "datetime.utcnow", "date.today"), (
                f"{module}: {name}"
            )


@pytest.mark.parametrize("module", MODULES)
def test_only_operations_write_a_status(module):
    part = module.split(".")[1] if "." in module else ""
    if part in WRITES_STATUS or module.startswith("portal."):
        return
    for node in ast.walk(ast.parse(source(module))):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            for name in ast.walk(target):
                assert not (isinstance(name, ast.Attribute) and name.attr == "status"), f"{module}: writes a status"


@pytest.mark.parametrize("module", MODULES)
def test_texts_for_people_are_whole(module):
    """An f-string inside gettext is never found by the translators' tool."""
    for call in ast.walk(ast.parse(source(module))):
        if (
            isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and call.func.id in ("_", "gettext", "pgettext")
        ):
            assert not any(isinstance(part, ast.JoinedStr) for part in call.args), f"{module}: {ast.unparse(call)}"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_is_for_and_stays_readable(module):
    text = source(module)
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), f"{module} has no docstring"
    assert len(text.splitlines()) <= 520, f"{module} wants to be split by noun"


# Django and crispy hand these over as HTML of their own making, or of a developer's.
GIVEN_AS_HTML = (
    "fields_output|safe",
    "fields|safe",
    "fieldset.description|safe",
    "field.field.help_text|safe",
    "field.help_text|safe",
)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_no_inline_script_or_style(path):
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style|\son[a-z]+=\"|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    for given in GIVEN_AS_HTML:
        text = text.replace(given, "")
    assert "|safe" not in text


def test_nothing_is_fetched_from_elsewhere():
    for path in [*TEMPLATES, *(ROOT / "static/css").glob("*.css"), *(ROOT / "static/js").glob("*.js")]:
        addresses = re.findall(r"(?:src|href)=\"(https?://[^\"]+)|url\([\"']?(https?://[^)]+)", path.read_text())
        assert addresses == [], path
