"""Translations without gettext: finds the marked texts, keeps locale/ko in step with them, compiles.

python tools/messages.py                     bring django.po and django.mo up to date
python tools/messages.py --import A.json …   the same, with the translations of JSON objects {msgid: msgstr}
python tools/messages.py --missing [PATH …]  print what has no translation yet, as JSON ready to be filled in
python tools/messages.py --check             change nothing; list what is wrong and exit with 1

A key of the JSON is the msgid; of a plural, its singular; with a context, the context, U+0004 and the msgid.
Entries are sorted by msgid and carry no line numbers and no date, so that two people's additions merge and
the same texts always give the same files. Writing happens under a lock.
"""

import argparse
import fcntl
import io
import json
import os
import re
import sys
import tokenize
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("portal", "accounts", "partners", "programs", "mentoring")
TEMPLATE_SUFFIXES = {".html", ".txt", ".svg", ".xml"}
LANGUAGE = "ko"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
HEADERS = [
    ("Language", LANGUAGE),
    ("MIME-Version", "1.0"),
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Transfer-Encoding", "8bit"),
    ("Plural-Forms", "nplurals=1; plural=0;"),
]
CONTEXT_END = "\x04"
PLACEHOLDER = re.compile(r"%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|%%|%[sd]|\{\w*\}")

Key = tuple[str | None, str]  # context and msgid (of a plural, the singular)
Msgid = str | tuple[str, str]


class StableCatalog(Catalog):
    """A catalog whose header says nothing that changes with the day or the tool."""

    mime_headers = HEADERS


class Found(dict[Key, tuple[Msgid, set[str]]]):
    """The texts in the code: per key the msgid (or both plural forms) and the files it is in."""

    def add(self, msgid: Msgid, context: str | None, place: str) -> None:
        key = (context or None, msgid if isinstance(msgid, str) else msgid[0])
        known, places = self.get(key, (msgid, set()))
        self[key] = (msgid if isinstance(known, str) else known, places | {place})


# --- what the code says ---------------------------------------------------------------------------


def python_of_template(source: str, name: str) -> str:
    """Returns the template's texts as Python calls; the indentation means nothing there and is removed."""
    return "\n".join(line.lstrip() for line in templatize(source, origin=name).splitlines())


def sources(root: Path) -> Iterator[tuple[str, str]]:
    """Yields path and content, as Python, of every file that may hold texts."""
    for app in APPS:
        for path in sorted((root / app).rglob("*.py")):
            yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
    for path in sorted((root / "templates").rglob("*")):
        if path.suffix in TEMPLATE_SUFFIXES:
            name = path.relative_to(root).as_posix()
            yield name, python_of_template(path.read_text(encoding="utf-8"), name)


def find(files: Iterable[tuple[str, str]]) -> Found:
    """Returns every text that the files mark for translation."""
    found = Found()
    for name, content in files:
        stream = io.BytesIO(content.encode())
        try:
            texts = list(extract("python", stream, KEYWORDS, (), {"encoding": "utf-8"}))
        except (SyntaxError, tokenize.TokenError) as error:
            raise SystemExit(f"{name} cannot be read: {error}") from error
        for _line, msgid, _comments, context in texts:
            if isinstance(msgid, str):
                found.add(msgid, context, name)
            else:
                found.add((msgid[0], msgid[1]), context, name)
    return found


# --- what the catalog says ------------------------------------------------------------------------


def read_catalog(po: Path) -> Catalog:
    if not po.exists():
        return StableCatalog(locale=LANGUAGE)
    with po.open("rb") as stream:
        return read_po(stream, locale=LANGUAGE, abort_invalid=True)


def text_of(message: Message | None) -> str:
    """Returns the Korean text of an entry, which has one form even where English has two."""
    if message is None or not message.string:
        return ""
    return message.string if isinstance(message.string, str) else message.string[0]


def key_of(message: Message) -> Key:
    return (message.context or None, message.id if isinstance(message.id, str) else message.id[0])


def from_json_key(key: str) -> Key:
    context, separator, msgid = key.rpartition(CONTEXT_END)
    return (context, msgid) if separator else (None, key)


def to_json_key(key: Key) -> str:
    return key[1] if key[0] is None else f"{key[0]}{CONTEXT_END}{key[1]}"


def merge(found: Found, old: Catalog, additions: dict[Key, str]) -> Catalog:
    """Returns a catalog of exactly the found texts; an addition wins over what was known."""
    catalog = StableCatalog(locale=LANGUAGE, fuzzy=False)
    for (context, msgid), (whole, _) in sorted(found.items(), key=lambda item: (item[0][1], item[0][0] or "")):
        text = additions.get((context, msgid)) or text_of(old.get(msgid, context))
        catalog.add(whole, text if isinstance(whole, str) else (text,), context=context)
    return catalog


def po_bytes(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_po(stream, catalog, width=0, no_location=True, omit_header=True)
    header = "".join(f'"{name}: {value}\\n"\n' for name, value in HEADERS)
    return f'msgid ""\nmsgstr ""\n{header}\n'.encode() + stream.getvalue().rstrip(b"\n") + b"\n"


def mo_bytes(catalog: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, catalog)
    return stream.getvalue()


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


# --- the commands ---------------------------------------------------------------------------------


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Lets one process at a time change the folder's files."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def replace(path: Path, content: bytes) -> None:
    """Writes a file so that a reader sees the old content or the new, never a part."""
    if path.exists() and path.read_bytes() == content:
        return
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.write_bytes(content)
    part.replace(path)


def update(root: Path, additions: dict[Key, str]) -> tuple[Found, Catalog]:
    """Brings the .po and the .mo in step with the code and returns what both now hold."""
    folder = root / "locale" / LANGUAGE / "LC_MESSAGES"
    with alone(folder):
        found = find(sources(root))
        catalog = merge(found, read_catalog(folder / "django.po"), additions)
        replace(folder / "django.po", po_bytes(catalog))
        replace(folder / "django.mo", mo_bytes(catalog))
    return found, catalog


def missing(found: Found, catalog: Catalog) -> list[Key]:
    return [key for key in found if not text_of(catalog.get(key[1], key[0]))]


def problems(root: Path) -> list[str]:
    """Returns what keeps the translations from being complete and in step, one line each."""
    folder = root / "locale" / LANGUAGE / "LC_MESSAGES"
    found, catalog = find(sources(root)), read_catalog(folder / "django.po")
    lines = [
        f"not translated: {to_json_key(key)!r} ({', '.join(sorted(found[key][1]))})"
        for key in missing(found, catalog)
    ]
    for message in catalog:
        if not message.id:
            continue
        key, text = key_of(message), text_of(message)
        name = repr(to_json_key(key))
        forms = [message.id] if isinstance(message.id, str) else list(message.id)
        wanted = placeholders(forms[-1])
        if key not in found:
            lines.append(f"no longer in the code: {name}")
        if message.fuzzy:
            lines.append(f"marked as fuzzy: {name}")
        if text and placeholders(text) != wanted:
            lines.append(f"placeholders differ: {name} has {sorted(wanted)}, {text!r} has others")
        if len(forms) == 2 and not placeholders(forms[0]) <= wanted:
            lines.append(f"the singular has a placeholder that the plural lacks: {name}")
    lines += [f"obsolete: {key!r}" for key in catalog.obsolete]
    if lines:
        return lines
    if (folder / "django.po").read_bytes() != po_bytes(merge(found, catalog, {})):
        lines.append("django.po is not as the tool writes it: run `make messages`")
    compiled = folder / "django.mo"
    if not compiled.exists() or compiled.read_bytes() != mo_bytes(merge(found, catalog, {})):
        lines.append("django.mo does not belong to django.po: run `make messages`")
    return lines


def read_additions(paths: Iterable[Path]) -> dict[Key, str]:
    additions: dict[Key, str] = {}
    for path in paths:
        for key, text in json.loads(path.read_text(encoding="utf-8")).items():
            if not isinstance(text, str):
                raise SystemExit(f"{path}: the translation of {key!r} must be a string")
            if text:
                additions[from_json_key(key)] = text
    return additions


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description="Keeps the Korean translations in step with the code.")
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--import", dest="files", nargs="+", type=Path, metavar="JSON")
    choice.add_argument("--missing", nargs="*", metavar="PATH")
    choice.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)

    if options.check:
        lines = problems(root)
        print("\n".join(lines) or "Every text has its Korean translation.")
        return 1 if lines else 0

    if options.missing is not None:
        found = find(sources(root))
        catalog = read_catalog(root / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po")
        prefixes = tuple(options.missing) or ("",)
        keys = [k for k in missing(found, catalog) if any(p.startswith(prefixes) for p in found[k][1])]
        print(
            json.dumps(
                {to_json_key(key): "" for key in sorted(keys, key=lambda k: k[1])},
                indent=1,
                ensure_ascii=False,
            )
        )
        return 0

    additions = read_additions(options.files or ())
    found, catalog = update(root, additions)
    for key in additions:
        if key not in found:
            print(f"not in the code: {to_json_key(key)!r}")
    print(f"{len(found)} texts, {len(missing(found, catalog))} without a translation.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
