"""The translation tool on small projects of its own."""

import ast
import gettext
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from tools import messages

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext
_("Log in")
ngettext("%(count)s seat", "%(count)s seats", 2)
pgettext("button", "Open")
"""
TEMPLATE = """
{% if x %}
    {% translate "Log in" %}
    {% translate "Open" context "state" %}
      {% blocktranslate trimmed with name=user.name %}
        Hello {{ name }},
        you are 100% welcome.
      {% endblocktranslate %}
    {% blocktranslate count n=total trimmed %}{{ n }} place{% plural %}{{ n }} places{% endblocktranslate %}
{% endif %}
"""
KOREAN = {
    "Log in": "로그인",
    "%(count)s seat": "%(count)s석",
    "button\x04Open": "열기",
    "state\x04Open": "모집 중",
    "Hello %(name)s, you are 100%% welcome.": "%(name)s 님, 100%% 환영합니다.",
    "%(n)s place": "%(n)s자리",
}


@pytest.fixture
def project(tmp_path):
    for app in messages.APPS:
        (tmp_path / app).mkdir()
    (tmp_path / "portal" / "views.py").write_text(PYTHON)
    (tmp_path / "templates" / "portal").mkdir(parents=True)
    (tmp_path / "templates" / "portal" / "page.html").write_text(TEMPLATE)
    return tmp_path


def write_json(path, content):
    path.write_text(json.dumps(content))
    return str(path)


def catalog_files(project):
    folder = project / "locale" / "ko" / "LC_MESSAGES"
    return folder / "django.po", folder / "django.mo"


def translate(project, capsys):
    assert messages.main(["--import", write_json(project / "ko.json", KOREAN)], project) == 0
    assert "6 texts, 0 without" in capsys.readouterr().out


def test_texts_of_python_and_templates_are_found_with_context_and_plural(project):
    found = messages.find(messages.sources(project))
    assert {messages.to_json_key(key) for key in found} == set(KOREAN)
    assert found[None, "Log in"][1] == {"portal/views.py", "templates/portal/page.html"}
    assert found[None, "%(n)s place"][0] == ("%(n)s place", "%(n)s places")


def test_a_complete_import_passes_the_check_and_is_read_by_gettext(project, capsys):
    translate(project, capsys)
    assert messages.main(["--check"], project) == 0
    with catalog_files(project)[1].open("rb") as stream:
        translations = gettext.GNUTranslations(stream)
    assert translations.gettext("Log in") == "로그인"
    assert translations.ngettext("%(n)s place", "%(n)s places", 3) == "%(n)s자리"
    assert translations.pgettext("state", "Open") == "모집 중"


def test_a_second_run_changes_nothing(project, capsys):
    translate(project, capsys)
    before = [path.read_bytes() for path in catalog_files(project)]
    assert messages.main([], project) == 0
    assert [path.read_bytes() for path in catalog_files(project)] == before
    assert b"Date" not in before[0] + before[1]


def test_missing_lists_what_an_import_can_fill(project, capsys):
    assert messages.main(["--missing", "templates/"], project) == 0
    assert set(json.loads(capsys.readouterr().out)) == {*KOREAN} - {"%(count)s seat", "button\x04Open"}


def test_a_text_that_left_the_code_leaves_the_catalog(project, capsys):
    translate(project, capsys)
    (project / "portal" / "views.py").write_text("")
    assert messages.main(["--check"], project) == 1
    assert "no longer in the code: 'button\\x04Open'" in capsys.readouterr().out
    messages.main([], project)
    assert messages.main(["--check"], project) == 0
    assert "석" not in catalog_files(project)[0].read_text()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("로그인", "", "not translated: 'Log in'"),
        ("%(count)s석", "여러 석", "placeholders differ"),
        ('msgid "Log in"', '#, fuzzy\nmsgid "Log in"', "marked as fuzzy"),
        ("로그인", "로그 인", "django.mo does not belong"),
        ("Language: ko", "Language: kr", "django.po is not as the tool writes it"),
    ],
)
def test_the_check_names_what_is_wrong(project, capsys, old, new, complaint):
    translate(project, capsys)
    po = catalog_files(project)[0]
    content = po.read_text()
    assert old in content
    po.write_text(content.replace(old, new))
    assert messages.main(["--check"], project) == 1
    assert complaint in capsys.readouterr().out


def test_imports_at_the_same_time_lose_nothing(project):
    files = [write_json(project / f"{n}.json", dict([pair])) for n, pair in enumerate(KOREAN.items())]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda file: messages.main(["--import", file], project), files))
    assert messages.main(["--check"], project) == 0


def test_a_key_that_no_code_has_is_said(project, capsys):
    messages.main(["--import", write_json(project / "ko.json", {"Log-in": "로그인"})], project)
    assert "not in the code: 'Log-in'" in capsys.readouterr().out


def lazy_names(tree):
    """The names by which a module knows Django's lazy translations."""
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names = [alias for node in imports if node.module == "django.utils.translation" for alias in node.names]
    return {alias.asname or alias.name for alias in names if alias.name.endswith("_lazy")}


def at_import(node):
    """What is worked out when a module is imported: everything beneath a node but the bodies of functions."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.FunctionDef, ast.Lambda)):
            yield child
            yield from at_import(child)


def frozen(source):
    """The lines on which a lazy text is put together at import, in whatever language holds at that moment."""
    tree = ast.parse(source)
    lazy = lazy_names(tree)
    joins = [node for node in at_import(tree) if isinstance(node, (ast.BinOp, ast.JoinedStr))]
    return [
        join.lineno
        for join in joins
        if any(isinstance(node, ast.Call) and getattr(node.func, "id", "") in lazy for node in ast.walk(join))
    ]


def test_no_text_is_put_together_before_its_language_is_known():
    head = "from django.utils.translation import gettext_lazy as _\n"
    assert frozen(head + '_("a %(b)s") % {"b": 1}\nclass A:\n    x = f"{_(\'a\')}"') == [2, 4]
    assert frozen(head + 'def f():\n    return _("a %(b)s") % {"b": 1}\nx = _("a")') == []
    files = [path for app in messages.APPS for path in (settings.BASE_DIR / app).rglob("*.py")]
    assert len(files) > 100
    found = {str(path): lines for path in files if (lines := frozen(path.read_text()))}
    assert found == {}
