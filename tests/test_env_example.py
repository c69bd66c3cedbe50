"""`.env.example` names exactly the variables that the code reads."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READS = re.compile(r"""(?:\benv(?:\.\w+)?|\byes_or_no|environ\.get|environ)[(\[]\s*["']([A-Z][A-Z0-9_]+)["']""")
NOT_OURS = {"DJANGO_SETTINGS_MODULE"}


def names_in_the_code() -> set[str]:
    found = set()
    for app in ("portal", "accounts", "partners", "programs", "mentoring"):
        for path in (ROOT / app).rglob("*.py"):
            found |= set(READS.findall(path.read_text(encoding="utf-8")))
    return found - NOT_OURS


def names_in_the_example() -> list[str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return [match[1] for line in lines if (match := re.match(r"#?([A-Z][A-Z0-9_]+)=", line))]


def test_every_variable_that_the_code_reads_is_explained_and_no_other():
    example = names_in_the_example()
    assert sorted(example) == sorted(names_in_the_code())


def test_every_variable_has_a_comment_above_it():
    paragraphs = (ROOT / ".env.example").read_text(encoding="utf-8").split("\n\n")
    for paragraph in paragraphs:
        if re.search(r"^#?[A-Z][A-Z0-9_]+=", paragraph, re.M):
            assert paragraph.startswith("# "), paragraph
