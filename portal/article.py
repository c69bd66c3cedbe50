"""Long plain texts, such as the privacy policy, as HTML: headings, paragraphs, lists. Nothing in them is HTML."""

from django.conf import settings
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe


def render(text, *, level=2):
    """The text as HTML. Blocks stand apart by an empty line.

    A block that begins with `# ` is a heading (of `level`; `## ` of the next one), one whose lines all begin with
    `- ` a list, one that begins with `! ` a paragraph that the law wants stressed; anything else is a paragraph.
    `{contact}` stands for the address for questions.
    """
    text = text.replace("\r\n", "\n").replace("{contact}", settings.CONTACT_EMAIL)
    blocks = [block.strip() for block in text.split("\n\n")]
    return mark_safe("\n".join(_block(block, level) for block in blocks if block))  # each part escaped below


def _block(block, level):
    lines = block.split("\n")
    mark, _space, rest = block.partition(" ")
    if mark in ("#", "##") and len(lines) == 1:
        tag = f"h{level + len(mark) - 1}"
        return format_html("<{}>{}</{}>", mark_safe(tag), rest, mark_safe(tag))  # one of our own tags
    if all(line.startswith("- ") for line in lines):
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((line[2:],) for line in lines)))
    if mark == "!":
        return format_html('<p class="lead"><strong>{}</strong></p>', _broken(rest))
    return format_html("<p>{}</p>", _broken(block))


def _broken(text):
    return mark_safe(escape(text).replace("\n", "<br>"))  # escaped first
