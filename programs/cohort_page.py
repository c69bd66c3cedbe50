"""What the public page of a cohort shows, part by part, each with ready texts. Nothing here is written anywhere."""

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from partners.models.organizations import Organization
from portal import i18n, pills
from programs import catalog, metrics, posters, seating, steps
from programs.countries import country_name
from programs.models.cohorts import TAKES_APPLICATIONS, Cohort, Delivery, Phase, SessionExpert
from programs.models.enrolments import NOT_COUNTED, Enrolment, EnrolmentStatus
from programs.models.experts import Expert
from programs.models.programs import PartnerRole
from programs.steps import EVENTS

# --- texts ---------------------------------------------------------------------------------------------


def paragraphs(text):
    """A text in blocks: `{"text": …}`, or `{"items": […]}` where every line of a block begins with a dash."""
    blocks = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        if lines and all(line.startswith("- ") for line in lines):
            blocks.append({"points": [line[2:] for line in lines]})
        elif lines:
            blocks.append({"text": " ".join(lines)})
    return blocks


def lines_of(text):
    """The lines of a text that is written one thing a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def full_name(organization):
    """An organization with the one it stands under: `영화진흥위원회 한국영화아카데미`."""
    if organization.parent is None:
        return organization.name
    if i18n.language() == i18n.KO:
        return f"{organization.parent.name} {organization.name}"
    return f"{organization.name} ({organization.parent.name})"


def poster(program):
    """What components/poster.html takes, but the caption."""
    return {
        "url": reverse("poster", args=[program.kind, program.slug]),
        "tone": posters.caption_tone(program.slug, program.kind),
    }


def address(email):
    """A mail address with where a line may break, or None: `{"whole": …, "name": …, "domain": …}`."""
    name, _at, domain = email.partition("@")
    return {"whole": email, "name": name, "domain": domain} if email else None


# --- facts ---------------------------------------------------------------------------------------------


def _window(cohort, phase):
    """The window as it matters now: when it opens, until when, or when it was."""
    if not cohort.has_window or phase == Phase.CANCELLED:
        return ""
    if phase == Phase.SCHEDULED:
        return steps.window(cohort.opens_at, cohort.closes_at)
    if phase in TAKES_APPLICATIONS:
        return i18n.deadline(cohort.closes_at)
    return i18n.span(cohort.opens_at, cohort.closes_at)


def _place(cohort):
    if cohort.delivery == Delivery.ONLINE:
        return Delivery.ONLINE.label
    place = cohort.place
    return f"{place} · {Delivery.HYBRID.label}" if place and cohort.delivery == Delivery.HYBRID else place


def facts(cohort, phase, days):
    """The terms at the top of the page; `days` is on how many days it meets."""
    is_event = cohort.program.kind in EVENTS
    apply_term = pgettext("term", "Applications") if cohort.is_reviewed else pgettext("term", "Registration")
    rows = [
        (apply_term, _window(cohort, phase), None),
        (pgettext("term", "Date") if is_event else pgettext("term", "Dates"), steps.dates(cohort), None),
        (pgettext("term", "Place"), _place(cohort), i18n.language_of(cohort, "place")),
        (pgettext("term", "Seats"), catalog.people(cohort.capacity), None),
        (pgettext("term", "Selection"), *_selection(cohort)),
        (pgettext("term", "Fee"), pgettext("fee", "Free"), None),
        (pgettext("term", "Completion"), "" if is_event else steps.completion_rule(cohort, days), None),
        (pgettext("term", "Languages"), cohort.languages, i18n.language_of(cohort, "languages")),
    ]
    return [{"term": term, "value": value, "lang": lang} for term, value, lang in rows if value]


def _selection(cohort):
    if cohort.selection:
        return cohort.selection, i18n.language_of(cohort, "selection")
    return cohort.get_registration_mode_display(), None


# --- parts ---------------------------------------------------------------------------------------------


def selection(cohort, rounds):
    """How places are given: each review round with its dates, its rules and its criteria, in their order.

    Empty where the cohort has no rounds. Criteria that belong to no round stand last, without a title. One query.
    """
    if not rounds:
        return []
    titles, by_round = steps.round_titles(rounds), {}
    for row in cohort.criteria.all():
        by_round.setdefault(row.round_id, []).append(row)
    parts = [
        {
            "title": titles[round_.number],
            "facts": _rules(cohort, round_, is_last=round_ is rounds[-1]),
            "tie": round_.get_tie_break_display(),
            "criteria": weighed(by_round.get(round_.pk, [])),
        }
        for round_ in rounds
    ]
    if None in by_round:
        parts.append({"title": "", "facts": [], "tie": "", "criteria": weighed(by_round[None])})
    return parts


def _rules(cohort, round_, *, is_last):
    """In one round, as terms: when, who reads, what they see, how ties are decided, when results come."""
    announced = (
        (cohort.released_at or cohort.announce_at) if is_last else (round_.released_at or round_.announce_at)
    )
    readers = ngettext(
        "At least %(count)s reviewer reads each application.",
        "At least %(count)s reviewers read each application.",
        round_.min_reviews,
    )
    names = (
        _("Hidden from the reviewers, with contact, age, gender, school and employer. Files may still tell.")
        if round_.is_blind
        else _("The reviewers see who applies.")
    )
    told = _("With the result you read what the reviewers wrote for you, without their names.")
    rows = [
        (pgettext("term", "Review"), i18n.span(round_.starts_at, round_.due_at)),
        (_("Reviewers"), readers % {"count": round_.min_reviews}),
        (_("Names"), names),
        (_("On a tie"), round_.get_tie_break_display()),
        (_("Results"), i18n.moment(announced) if announced else _("The date will be announced.")),
        (_("Comments"), told if round_.shows_comments else ""),
    ]
    return [{"term": term, "value": value} for term, value in rows if value]


def criteria(cohort):
    """Each criterion of a cohort with its points, as `weighed` has them."""
    return weighed(list(cohort.criteria.all()))


def weighed(rows):
    """Each criterion with its points and the length of its bar; and what they add up to."""
    heaviest = max((row.weight for row in rows), default=1)
    return {
        "rows": [
            {
                "title": row.title,
                "title_lang": i18n.language_of(row, "title"),
                "note": row.note,
                "weight": row.weight,
                "percent": round(100 * row.weight / heaviest, 1),
            }
            for row in rows
        ],
        "total": sum(row.weight for row in rows),
    }


def meeting(session):
    """When a session meets; the hours of a single day on a line of their own."""
    first, last = i18n.as_seoul(session.starts_at), i18n.as_seoul(session.ends_at)
    if first.date() != last.date():
        return i18n.span(first, last)
    if i18n.language() == i18n.KO:
        return format_html("{} <br>{}~{}", i18n.day(first), i18n.clock_time(first), i18n.clock_time(last))
    return format_html("{}, <br>{}–{} KST", i18n.day(first), i18n.clock_time(first), i18n.clock_time(last))


def session_lines(sessions, parts):
    """The meetings as components/lines.html shows them, with who teaches; `parts` are their SessionExpert rows."""
    who = {}
    for part in parts:
        who.setdefault(part.session_id, []).append(part.expert.name)
    return [
        {
            "when": meeting(session),
            "title": session.title,
            "title_lang": i18n.language_of(session, "title"),
            "note": " · ".join(part for part in (", ".join(who.get(session.pk, [])), session.place) if part),
            "pill": cancelled_pill() if session.cancelled_at else None,
        }
        for session in sessions
    ]


def cancelled_pill():
    """The pill of a session that does not take place."""
    return pills.pill(pills.PHASE_PILLS, "cancelled", pgettext("session", "Cancelled"))


def expert_row(expert):
    """One expert with the name in both languages; the other one carries its language."""
    other = i18n.other(i18n.language())
    other_name = getattr(expert, f"name_{other}")
    return {
        "name": expert.name,
        "name_lang": i18n.language_of(expert, "name"),
        "other_name": other_name if other_name != expert.name else "",
        "other_lang": other,
        "specialism": expert.specialism,
        "specialism_lang": i18n.language_of(expert, "specialism"),
        "country": country_name(expert.country),
    }


def experts(parts):
    """Those who teach, each once, in the order of their first session."""
    seen: dict[int, Expert] = {}
    for part in parts:
        seen.setdefault(part.expert_id, part.expert)
    return [expert_row(expert) for expert in seen.values()]


def partner_facts(program, partners):
    """Who organizes, operates and sponsors, as terms; `partners` are ProgramPartner rows in their order."""
    by_role: dict[str, list[Organization]] = {}
    for partner in partners:
        by_role.setdefault(partner.role, []).append(partner.organization)
    return [
        {
            "term": role.label,
            "organizations": [
                {
                    "name": full_name(organization),
                    "lang": i18n.language_of(organization, "name"),
                    "url": organization.get_absolute_url() if organization.is_listed else "",
                }
                for organization in by_role[role]
            ],
        }
        for role in PartnerRole
        if role in by_role
    ]


# --- figures -------------------------------------------------------------------------------------------


def previous(cohort):
    """The last finished or begun cohort of the program before this one, with its number of applications."""
    if cohort.starts_at is None:
        return None
    applied = Count("applications", filter=~Q(applications__status="draft"))
    earlier = Cohort.objects.published().filter(
        program=cohort.program_id, cancelled_at__isnull=True, starts_at__lt=cohort.starts_at
    )
    return earlier.annotate(applied=applied).order_by("-starts_at").first()


def figures(cohort, phase, now):
    """Seats, and what the last time was like; once it is over, who took part and completed.

    The number of seats alone is not worth a figure: it stands among the facts. With the figures comes the number
    of places left, or None where places do not go as people come.
    """
    if phase == Phase.FINISHED:
        return _outcome(cohort), None
    left = None
    rows = [{"number": i18n.number(cohort.capacity), "unit": catalog.counter("명"), "title": _("Seats")}]
    if not cohort.is_reviewed and phase in TAKES_APPLICATIONS:
        left = seating.places_left(cohort, now)
        note = _("Taken in the order of registration") if left else _("You can join the waitlist.")
        rows.append(
            {
                "number": i18n.number(left),
                "unit": catalog.counter("석"),
                "title": _("Places left"),
                "note": note,
            }
        )
    if phase != Phase.CANCELLED:
        rows += _last_time(cohort)
    return (rows if len(rows) > 1 else []), left


def _last_time(cohort):
    """How many applied to the cohort before this one, and for how many seats."""
    last = previous(cohort)
    if last is None or not last.applied:
        return []
    applied, seats = i18n.number(last.applied), i18n.number(last.capacity)
    rows = [
        {
            "number": applied,
            "unit": catalog.counter("명"),
            "title": _("Applied last time"),
            "note": last.label,
        }
    ]
    if last.is_reviewed:
        rows.append(
            {
                "number": f"{last.applied / last.capacity:.2f}",
                "unit": ": 1",
                "title": _("Competition last time"),
                "note": _("%(applied)s applied ÷ %(seats)s seats") % {"applied": applied, "seats": seats},
            }
        )
    return rows


def _outcome(cohort):
    counts = Enrolment.objects.filter(cohort=cohort).aggregate(
        enrolled=Count("pk", filter=~Q(status__in=NOT_COUNTED)),
        completed=Count("pk", filter=Q(status=EnrolmentStatus.COMPLETED)),
    )
    people = catalog.counter("명")
    rows = [
        {
            "number": i18n.number(counts["enrolled"]),
            "unit": people,
            "title": _("Took part") if cohort.program.kind in EVENTS else pgettext("figure", "Enrolled"),
            "definition": _("Everyone enrolled, without no-shows and cancelled places."),
        },
    ]
    if cohort.program.kind not in EVENTS:
        rows.append({"number": i18n.number(counts["completed"]), "unit": people, "title": _("Completed")})
        rows.append(
            {
                "number": metrics.rate(counts["completed"], counts["enrolled"]),
                "unit": "%",
                "title": _("Completion rate"),
                "note": _("%(completed)s completed ÷ %(enrolled)s enrolled")
                % {name: i18n.number(count) for name, count in counts.items()},
            }
        )
    return rows


# --- the one thing to do ---------------------------------------------------------------------------------


def apply_bar(cohort, phase, left=None, mine=None):
    """What components/apply_bar.html takes, or None where there is nothing to do or to wait for.

    `left` is the number of places left where they go as people come; `mine` the reader's live application.
    """
    reviewed = cohort.is_reviewed
    bar = {
        "label": pgettext("region", "Apply") if reviewed else pgettext("region", "Register"),
        "pill": catalog.phase_pill(phase),
    }
    if mine is not None:
        bar |= {"strong": str(mine.label), "url": mine.get_absolute_url(), "action": _("See where it stands")}
        return bar
    if phase == Phase.SCHEDULED:
        note = _("You can apply from then on.") if reviewed else _("You can register from then on.")
        bar |= {"strong": _("Opens %(when)s") % {"when": i18n.moment(cohort.opens_at)}, "note": note}
        return bar
    if phase not in TAKES_APPLICATIONS:
        return None
    action = pgettext("button", "Apply") if reviewed else pgettext("button", "Register")
    deadline, days = i18n.deadline(cohort.closes_at), i18n.days_left(cohort.closes_at)
    bar |= {"url": reverse("apply", args=[cohort.program.slug, cohort.slug]), "action": action}
    if left is None:
        saved = _("What you write is saved.")
        bar |= {"strong": deadline, "note": f"{days} · {saved}"}
    elif left:
        bar |= {"strong": deadline, "note": f"{days} · {catalog.places_left(left)}"}
    else:
        bar |= {"strong": catalog.places_left(0), "note": deadline}
    return bar


def session_parts(cohort):
    """Who teaches in which session of the cohort: one query."""
    rows = SessionExpert.objects.filter(session__cohort=cohort).select_related("expert")
    return list(rows.order_by(F("session__starts_at"), "pk"))


def meeting_days(sessions):
    """On how many days the cohort meets."""
    return len({i18n.as_seoul(session.starts_at).date() for session in sessions if not session.cancelled_at})
