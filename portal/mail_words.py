"""The small language of mail wordings: placeholders, and lines that vanish. Pure.

`{name}` stands for a value. A line with a placeholder that is empty this time vanishes whole. `{late?}` at the
beginning of a line keeps it only where there is such a value or that is so, `{late!}` only where there is none or
that is not so. A line with a list is written once for each of its entries. Nothing else means anything: values are
never looked through again, and there are no commands.
"""

import re
from difflib import SequenceMatcher
from itertools import product

from django.conf import settings
from django.utils.translation import gettext as _

from portal.mail_events import Kind

TOKEN = re.compile(r"\{([a-z][a-z_]*)([?!]?)\}")
ADDRESS = re.compile(r"\bhttps?://[^\s<>\"]+", re.I)
MOST_TRIED = 10  # placeholders that may be empty, of which every combination is tried
MARK = "\u2060{}\u2060"


def fill(text, values):
    """`text` with `values` in the place of its placeholders, and without the lines that vanish."""
    lines = []
    for line in text.split("\n"):
        lines += _filled(line, values)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _filled(line, values):
    tokens = TOKEN.findall(line)
    if any(bool(values[name]) == (mark == "!") for name, mark in tokens):
        return []
    several = [name for name, mark in tokens if not mark and isinstance(values[name], list)]
    entries = values[several[0]] if several else [None]

    def put(entry):
        return TOKEN.sub(
            lambda m: "" if m[2] else str(entry if isinstance(values[m[1]], list) else values[m[1]]), line
        )

    return [put(entry) for entry in entries]


def one_line(text):
    """A subject as it may stand in a header: one line, not too long."""
    return " ".join(text.split())[:200]


# --- what staff may write -------------------------------------------------------------------------------


def problems(event, subject, body):
    """What is wrong with a wording of `event`: a list of sentences for `subject` and one for `body`."""
    in_subject = _unknown(event, subject)
    for name, mark in TOKEN.findall(subject):
        if name in event.by_name and (mark or not event.by_name[name].is_always or event.by_name[name].is_list):
            in_subject.append(_("%(token)s may be empty or long, so it cannot stand in a subject.") % _token(name))
    in_body = _unknown(event, body)
    for name, mark in TOKEN.findall(body):
        if name in event.by_name and not mark and event.by_name[name].kind == Kind.YES_NO:
            in_body.append(
                _("%(token)s says yes or no. Write {%(name)s?} or {%(name)s!} at the beginning of a line.")
                % _token(name)
            )
    if not in_body:
        in_body += _missing(event, body)
    for address in ADDRESS.findall(TOKEN.sub("", body) + " " + subject):
        if not address.lower().startswith("https://") and not address.startswith(settings.SITE_URL):
            in_body.append(
                _("%(address)s is not a safe address; addresses begin with https://.") % {"address": address}
            )
    return list(dict.fromkeys(in_subject)), list(dict.fromkeys(in_body))


def _token(name):
    return {"token": "{" + name + "}", "name": name}


def _unknown(event, text):
    found = [
        _("There is no placeholder %(token)s in this mail.") % _token(name)
        for name, _mark in TOKEN.findall(text)
        if name not in event.by_name
    ]
    rest = TOKEN.sub("", text)
    if "{" in rest or "}" in rest:
        found.append(_("A brace { or } stands alone. Braces are only written around the name of a placeholder."))
    return found


def _missing(event, body):
    """The placeholders that must be in the text and are not, whatever else is empty."""
    used = {name for name, mark in TOKEN.findall(body)}
    unsure = [place for place in event.placeholders if not place.is_always and place.name in used][:MOST_TRIED]
    found = []
    for needed in event.needed:
        if needed.name not in used:
            found.append(_("%(token)s must stand in the text.") % _token(needed.name))
            continue
        for there in product((True, False), repeat=len(unsure)):
            values = marked(event) | {
                place.name: marked(event)[place.name] if is_there else place.nothing
                for place, is_there in zip(unsure, there, strict=True)
            }
            if MARK.format(needed.name) not in fill(body, values):
                found.append(
                    _("%(token)s must stand in the text every time, also where a line vanishes.")
                    % _token(needed.name)
                )
                break
    return found


def marked(event):
    """A value for each placeholder by which it is found again."""
    return {place.name: place.shaped(MARK.format(place.name)) for place in event.placeholders}


# --- the wording that comes with the portal, in this language ----------------------------------------------


def as_wording(event, render):
    """The subject and the body of a file template, as staff would write them.

    `render` takes the values of the placeholders and returns the text. Every combination of what may be empty is
    tried; what differs becomes a line of its own with its condition.
    """
    unsure = [place for place in event.placeholders if not place.is_always]
    cases = list(product((True, False), repeat=len(unsure)))
    tokens = {place.name: place.shaped("{" + place.name + "}") for place in event.placeholders}
    lines, subjects = [], {}
    for case in cases:
        there = dict(zip(unsure, case, strict=True))
        values = tokens | {
            place.name: tokens[place.name] if is_so else place.nothing for place, is_so in there.items()
        }
        subject, _break, body = render(values).strip().partition("\n")
        subjects.setdefault(one_line(subject), set()).add(case)
        _merge(lines, [line.rstrip() for line in body.strip().split("\n")], case)
    written = []
    for line, where in lines:
        if not line:
            written.append("")
            continue
        for literals in _conditions(where, cases):
            marks = "".join(
                "{" + unsure[at].name + ("?" if is_so else "!") + "}"
                for at, is_so in sorted(literals.items())
                if not (is_so and "{" + unsure[at].name + "}" in line)
            )
            written.append(marks + line)
    return max(subjects, key=lambda text: len(subjects[text])), re.sub(
        r"\n{3,}", "\n\n", "\n".join(written)
    ).strip()


def _merge(lines, new, case):
    """Add the lines of one case to those known, each with the cases in which it stands."""
    matcher = SequenceMatcher(None, [line for line, _where in lines], new, autojunk=False)
    merged = []
    for deed, i1, i2, j1, j2 in matcher.get_opcodes():
        merged += [(line, where | {case}) if deed == "equal" else (line, where) for line, where in lines[i1:i2]]
        if deed != "equal":
            merged += [(line, {case}) for line in new[j1:j2]]
    lines[:] = merged


def _conditions(where, cases):
    """The cases `where` as what holds in them: one set of conditions, or several that exclude each other."""
    literals = {}
    for at in range(len(cases[0])):
        seen = {case[at] for case in where}
        if len(seen) == 1:
            literals[at] = seen.pop()
    covered = {case for case in cases if all(case[at] == is_so for at, is_so in literals.items())}
    if covered == where:
        return [literals]
    at = next(at for at in range(len(cases[0])) if at not in literals)
    parts = [{case for case in where if case[at] is is_so} for is_so in (True, False)]
    return [found for part in parts for found in _conditions(part, cases)]
