"""Template tags and filters of every page; settings make them built in, so no template loads them."""

from django import template
from django.forms import Textarea
from django.utils.html import format_html

from portal import article, i18n, icons
from portal.validators import clean_text

register = template.Library()

register.simple_tag(icons.icon)
register.filter("article", article.render)
register.filter("day", i18n.day)
register.filter("moment", i18n.moment)
register.filter("deadline", i18n.deadline)
register.filter("clock_time", i18n.clock_time)
register.filter("number", i18n.number)
register.filter("days_left", i18n.days_left)
register.filter("in_days", i18n.in_days)


@register.simple_tag
def span(start, end, times=False):
    """From `start` to `end` as one reads it; with `times=True` a single day shows its hours."""
    return i18n.span(start, end, times=times)


@register.filter
def lang_of(instance, name):
    """The language in which a bilingual field is shown, for `lang`: `{{ program|lang_of:"title" }}`."""
    return i18n.language_of(instance, name)


@register.filter
def foreign(code):
    """A `lang` attribute for text in `code` when the page is in another language, else nothing."""
    return format_html(' lang="{}"', code) if code and code != i18n.language() else ""


@register.filter
def percent_of(part, whole):
    """`part` as a percentage of `whole`, between 0 and 100, for the width of a bar."""
    return round(min(max(100 * part / whole, 0), 100), 2) if whole else 0


@register.filter
def page_numbers(paginator, current):
    """The numbers to link round page `current`: its neighbors and both ends, None where some are left out."""
    shown = paginator.get_elided_page_range(current, on_each_side=1, on_ends=1)
    return [number if number != paginator.ELLIPSIS else None for number in shown]


@register.filter
def limit_of(field):
    """How many characters a form field's widget says it takes (`data-limit`), or nothing."""
    return field.field.widget.attrs.get("data-limit")


@register.filter
def length_of(field):
    """How many characters of what stands in a form field are kept; page.js counts the same while it is typed."""
    return len(clean_text(field.value() or "", multiline=isinstance(field.field.widget, Textarea)))


@register.filter
def linked_errors(field):
    """The errors of a form field, each as (id, sentence): the id of a cell of its rows, else of the field."""
    whole = field.id_for_label or field.auto_id
    target_of = getattr(field, "target_of", lambda error: whole)
    return [(target_of(error), text) for error, text in zip(field.errors.as_data(), field.errors, strict=True)]


@register.filter
def said_before(field, error):
    """An error with the label of its field before it; a label that is a sentence takes no colon."""
    label = str(field.label)
    return f"{label} {error}" if label.endswith((".", "?", "!")) else f"{label}: {error}"


@register.filter
def unsaid_errors(form):
    """Whether a form's errors are still to be summed up on this page: true once, then false."""
    if not form or not form.errors or getattr(form, "errors_said", False):
        return False
    form.errors_said = True
    return True
