"""Reads a page as a person would: its texts with their language, and its links."""

import re
from dataclasses import dataclass
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template", "code", "textarea"}  # what is in a textarea, someone wrote
SPOKEN = ("alt", "title", "aria-label", "placeholder", "content", "data-failed", "label")
HANGUL = re.compile("[\u3131-\u318e\uac00-\ud7a3]")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’-]*")


@dataclass(frozen=True)
class Text:
    """One text of a page: what it says, in which language it claims to be, whether a person wrote it."""

    words: str
    language: str
    by_person: bool


class Page(HTMLParser):
    """A parsed page: `texts` in their order, `links` as they stand, `ids`, and `broken` nestings."""

    def __init__(self, html):
        super().__init__()
        self.texts, self.links, self.ids, self.broken = [], [], [], []
        self.open = [("", "", False, False)]
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        _tag, language, by_person, silent = self.open[-1]
        language = attrs.get("lang", language)
        by_person = by_person or "data-user-content" in attrs
        silent = silent or tag in SILENT
        meta = tag == "meta" and attrs.get("name") != "description"
        for name in SPOKEN:
            if attrs.get(name) and not silent and not meta:
                self.texts.append(Text(attrs[name], language, by_person))
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        if attrs.get("id"):
            self.ids.append(attrs["id"])
        if tag not in VOID:
            self.open.append((tag, language, by_person, silent))

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if self.open[-1][0] != tag:
            self.broken.append(f"</{tag}> closes <{self.open[-1][0]}>")
            return
        self.open.pop()

    def handle_data(self, data):
        _tag, language, by_person, silent = self.open[-1]
        words = " ".join(data.split())
        if words and not silent:
            self.texts.append(Text(words, language, by_person))


def untranslated(page, language):
    """The texts of `page` that are not in `language` and do not say so.

    An English page holds no Hangul; a Korean page no English sentence, which is three English words in a row in a
    text without Hangul, or six in any. What people wrote, and what is marked with its own language, is let be.
    """
    found = []
    for text in page.texts:
        if text.by_person or text.language != language:
            continue
        if language == "en" and HANGUL.search(text.words):
            found.append(text.words)
        if language == "ko" and longest_run(text.words) >= (6 if HANGUL.search(text.words) else 3):
            found.append(text.words)
    return found


def longest_run(words):
    """The most English words in a row, addresses and e-mails aside."""
    best = run = 0
    for word in re.sub(r"\S*[@/]\S*", " · ", words).split():
        run = run + 1 if ENGLISH.fullmatch(word.strip(".,:;!?()“”\"'")) else 0
        best = max(best, run)
    return best
