"""The documents name only what exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("path", DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), f"{path.name} leads to {target}"


def test_every_place_in_where_exists():
    rows = (ROOT / "docs/where.md").read_text()
    for place in re.findall(r"`([^`]+)`", rows):
        assert (ROOT / place).exists(), place


def test_every_document_is_reachable_from_the_readme():
    linked = set(re.findall(r"\]\(([^)#:]+)\)", (ROOT / "README.md").read_text()))
    for path in (ROOT / "docs").glob("*.md"):
        assert f"docs/{path.name}" in linked, path.name
