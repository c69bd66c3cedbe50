"""`.env.example` names exactly the variables that the code reads."""

import re
import subprocess
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


def test_a_shell_reads_every_line_as_it_is_meant():
    """`make run` sources the file; a value with spaces needs its quotes."""
    text = (ROOT / ".env.example").read_text(encoding="utf-8")
    lines = [line.removeprefix("#") for line in text.splitlines() if re.match(r"#?[A-Z][A-Z0-9_]+=", line)]
    script = "set -eua\n" + "\n".join(lines) + "\nenv -0"
    shown = subprocess.run(["bash", "-c", script], check=True, capture_output=True, text=True, env={}).stdout
    read = dict(pair.split("=", 1) for pair in shown.split("\0") if pair)
    assert {name: read[name] for name in names_in_the_example()} == {
        name: value.strip('"') for name, value in (line.split("=", 1) for line in lines)
    }
