"""What the pairing desk says of answers: stages, bands, wishes, costs, and why somebody has no mentor."""

from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from mentoring.pairing.run_answers import band_of
from mentoring.pairing.words import STAGES
from portal import i18n

ORDER = ("matched", "poor", "changed", "weak", "total")
CHANGED = _("Pairs that change")
SHORT = {
    "matched": _("With a mentor"),
    "poor": pgettext_lazy("pairs", "Poor"),
    "changed": pgettext_lazy("pairs", "Moved"),
    "weak": pgettext_lazy("pairs", "Weak"),
    "total": pgettext_lazy("pairs", "Total"),
}
MORE_IS_BETTER = ("matched", "total")
LOCK = pgettext_lazy("pair", "Lock")
LISTED = 10  # names in a sentence


def stages_of(answer, *, moved=True):
    """The names of its stages, first what counts first; changes count only where something is published."""
    names = list(ORDER)
    return names if moved and answer.published else [name for name in names if name != "changed"]


def band(answer, pair):
    """How well a pair of an answer fits, as a pill."""
    return band_pill(answer.fit(pair), answer.problem.get("bands"))


def band_pill(fit, bands):
    """How well a pair fits, as a pill."""
    if fit is None:
        return {"tone": "plain", "icon": "minus", "label": gettext("Not rated")}
    tone, icon, label = {
        "poor": ("bad", "warn", pgettext("pair", "Poor")),
        "weak": ("warn", "minus", pgettext("pair", "Weak")),
        "good": ("good", "check", pgettext("pair", "Good")),
    }[band_of(fit, bands)]
    return {"tone": tone, "icon": icon, "label": f"{label} {fit}"}


def choice(number):
    """Which wish a mentor is."""
    if not number:
        return gettext("Not wished for")
    return gettext("Wish no. %(number)s") % {"number": number}


def load(count, capacity):
    """How many of how many places."""
    return gettext("%(count)s of %(capacity)s") % {"count": count, "capacity": capacity}


def tally(answer):
    """The stages as short facts."""
    facts = []
    for name in stages_of(answer):
        value = answer.stages[name]
        text = i18n.number(value)
        if name == "matched":
            text = load(text, i18n.number(len(answer.mentees)))
        tone = "worse" if name == "poor" and value or name == "matched" and value < len(answer.mentees) else ""
        facts.append({"label": SHORT[name], "value": text, "tone": tone})
    return facts


def sentence(answer):
    """The same in words."""
    stages, total = answer.stages, len(answer.mentees)
    parts = [
        ngettext(
            "%(matched)s of %(total)s mentee has a mentor",
            "%(matched)s of %(total)s mentees have a mentor",
            total,
        )
        % {"matched": stages["matched"], "total": total}
    ]
    if answer.has_bands:
        parts.append(
            ngettext("%(count)s pair fits poorly", "%(count)s pairs fit poorly", stages["poor"])
            % {"count": stages["poor"]}
            if stages["poor"]
            else gettext("no pair fits poorly")
        )
        parts.append(
            ngettext("%(count)s fits weakly", "%(count)s fit weakly", stages["weak"]) % {"count": stages["weak"]}
            if stages["weak"]
            else gettext("none fits weakly")
        )
    if answer.published:
        parts.append(
            ngettext("%(count)s published pair ends", "%(count)s published pairs end", stages["changed"])
            % {"count": stages["changed"]}
            if stages["changed"]
            else gettext("every published pair stays")
        )
    return " · ".join(parts)


def stage_rows(names, columns):
    """Stages of several answers side by side; each is toned by how it compares with the first column."""
    rows = []
    for name in names:
        first, values = columns[0][name], []
        for column in columns:
            gain = column[name] - first
            text = i18n.number(column[name])
            if gain:
                text = f"{text} ({signed(gain)})"
            values.append({"text": text, "tone": tone_of(name, gain)})
        rows.append({"label": CHANGED if name == "changed" else STAGES[name], "values": values})
    return rows


def tone_of(name, gain):
    """Whether so much more in a stage is better or worse."""
    if not gain:
        return ""
    return "better" if (gain > 0) == (name in MORE_IS_BETTER) else "worse"


def signed(number):
    """A number with its sign, a true minus."""
    return f"{'+' if number > 0 else '−' if number else '±'}{i18n.number(abs(number))}"


def cost(names, difference):
    """By how much stages are worse or better, most important first: in words, and the tone of the first."""
    parts, tone = [], ""
    for name in names:
        gain = difference.get(name, 0)
        if gain:
            parts.append(_difference(name, gain, abs(gain)) % {"count": i18n.number(abs(gain))})
            tone = tone or tone_of(name, gain)
    return (" · ".join(parts), tone) if parts else (gettext("Costs nothing"), "")


def moving(count):
    """How many others would move."""
    if not count:
        return gettext("Nobody else would move.")
    text = ngettext("%(count)s other mentee would move.", "%(count)s other mentees would move.", count)
    return text % {"count": count}


def _difference(name, gain, count):
    up = gain > 0
    if name == "matched":
        return (
            ngettext("%(count)s mentee more with a mentor", "%(count)s mentees more with a mentor", count)
            if up
            else ngettext("%(count)s mentee fewer with a mentor", "%(count)s mentees fewer with a mentor", count)
        )
    if name == "poor":
        return (
            ngettext("%(count)s poor pair more", "%(count)s poor pairs more", count)
            if up
            else ngettext("%(count)s poor pair fewer", "%(count)s poor pairs fewer", count)
        )
    if name == "weak":
        return (
            ngettext("%(count)s weak pair more", "%(count)s weak pairs more", count)
            if up
            else ngettext("%(count)s weak pair fewer", "%(count)s weak pairs fewer", count)
        )
    if name == "changed":
        return (
            ngettext("%(count)s published pair more ends", "%(count)s published pairs more end", count)
            if up
            else ngettext("%(count)s published pair fewer ends", "%(count)s published pairs fewer end", count)
        )
    return (
        ngettext("%(count)s point more", "%(count)s points more", count)
        if up
        else ngettext("%(count)s point less", "%(count)s points less", count)
    )


def choices(answer):
    """How many mentees got which wish, as bars."""
    counts = answer.choices()
    most = max(counts.values(), default=0)
    return [
        {
            "label": wish_label(key),
            "count": counts[key],
            "percent": round(100 * counts[key] / most) if most else 0,
        }
        for key in sorted(counts, key=wish_order)
    ]


def wish_order(number):
    """Wishes in their order, then mentors who were not wished for, then no mentor."""
    return (number is None, number == 0, number or 0)


def wish_label(number):
    """Which wish was granted."""
    return gettext("No mentor") if number is None else choice(number)


def gain(gains):
    """What one more place would gain, by stage: the first stage that gains anything, in words; else nothing."""
    for name in ORDER:
        count = abs(gains.get(name, 0))
        if count:
            better = 1 if name in MORE_IS_BETTER else -1
            return _difference(name, better, count) % {"count": i18n.number(count)}
    return ""


def listed(names):
    """Names one after the other, the first ten."""
    more = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" +{more}" if more > 0 else "")


def run_sentence(run):
    """How a stored run came out, from its columns alone."""
    texts = [
        ngettext("%(count)s pair", "%(count)s pairs", run.matched) % {"count": run.matched},
        gettext("%(count)s poor") % {"count": run.poor},
        gettext("%(count)s weak") % {"count": run.weak},
        gettext("total %(total)s") % {"total": i18n.number(run.total)},
    ]
    return " · ".join(texts)
