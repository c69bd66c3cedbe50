"""What the page of a round shows staff: rows of mentees, mentors and declared conflicts. Reads only."""

from collections import Counter

from django.db.models import Count
from django.utils.translation import gettext, pgettext

from mentoring import availability, rounds, week_words
from mentoring.models.availability import Week
from mentoring.models.rounds import ConflictOutcome, RoundMentorState, Wish
from mentoring.zones import zone_name
from portal import i18n
from programs.models.enrolments import Enrolment


class Overview:
    """A round with everyone in it; a dozen queries, whatever the numbers."""

    def __init__(self, round_, now, page_url):
        self.round, self.now, self.page_url = round_, now, page_url
        self.enrolments = list(rounds.mentees_of(round_))
        invited = round_.mentors.select_related("mentor__user", "mentor__expert")
        self.invited = sorted(invited, key=lambda row: (row.state == RoundMentorState.DECLINED, row.mentor.name))
        people = [row.person_id for row in self.enrolments] + [row.mentor.user_id for row in self.invited]
        weeks = Week.objects.filter(person__in=people).prefetch_related("parts")
        self.weeks = {week.person_id: week for week in weeks}
        self.parts = {person: availability.parts_of_week(week) for person, week in self.weeks.items()}
        wishes = Wish.objects.filter(mentee__enrolment__cohort=round_.cohort_id).order_by()
        self.wishes = {row["mentee"]: row["n"] for row in wishes.values("mentee").annotate(n=Count("pk"))}
        self.pledged = rounds.who_pledged([row.mentor.user_id for row in self.invited])
        declared = round_.declared.select_related("by", "mentor__user", "mentor__expert", "settled_by")
        self.declared = list(declared)
        self.open_conflicts = Counter(row.by_id for row in self.declared if not row.outcome)
        self.is_published = rounds.is_published(round_)

    def facts(self):
        """The facts at the top."""
        handed = sum(self._is_handed_in(row) for row in self.enrolments)
        taking = [row for row in self.invited if row.state == RoundMentorState.TAKES_PART]
        return [
            {"term": gettext("Mentees' deadline"), "value": i18n.moment(self.round.wishes_until)},
            {"term": gettext("Mentors' deadline"), "value": i18n.moment(self.round.mentors_until)},
            {
                "term": pgettext("wishes", "Handed in"),
                "value": gettext("%(done)s of %(all)s") % {"done": handed, "all": len(self.enrolments)},
            },
            {
                "term": gettext("Places against mentees"),
                "value": f"{sum(row.places for row in taking)} / {len(self.enrolments)}",
            },
            {
                "term": gettext("Conflicts to settle"),
                "value": sum(self.open_conflicts.values()),
            },
        ]

    def _is_handed_in(self, enrolment):
        profile = rounds.profile_of(enrolment)
        return profile is not None and profile.submitted_at is not None

    def _week(self, person_id):
        """How much of a week a person offers, and in which zone where it is not Seoul's."""
        week = self.weeks.get(person_id)
        if week is None:
            return gettext("None yet")
        text = week_words.parts_words(self.parts[person_id])
        return text if week.zone == "Asia/Seoul" else f"{text} · {zone_name(week.zone)}"

    def mentees(self):
        """Each mentee: what is handed in, and what is missing."""
        return [self._mentee(row) for row in self.enrolments]

    def _mentee(self, enrolment):
        profile = rounds.profile_of(enrolment)
        if profile is None:
            pill = {"tone": "soon", "icon": "ring", "label": pgettext("wishes", "Not begun")}
        elif profile.submitted_at is None:
            pill = {"tone": "warn", "icon": "pencil", "label": pgettext("wishes", "Draft")}
        else:
            pill = {"tone": "good", "icon": "check", "label": pgettext("wishes", "Handed in")}
        reopened = profile.reopened_until if profile is not None else None
        is_open = self.now < self.round.wishes_until
        return {
            "name": enrolment.person.display_name,
            "pill": pill,
            "when": i18n.moment(profile.submitted_at) if profile and profile.submitted_at else "",
            "week": self._week(enrolment.person_id),
            "is_short": self.parts.get(enrolment.person_id, 0) < self.round.least_parts,
            "wishes": self.wishes.get(profile.pk, 0) if profile is not None else 0,
            "conflicts": self.open_conflicts[enrolment.person_id],
            "reopened": i18n.deadline(reopened) if reopened and reopened > self.now else "",
            "reopen_url": "" if is_open else self.page_url("reopen", self.round.pk, enrolment.pk),
        }

    def mentors(self):
        """Each mentor: the answer, profile and time."""
        pills = {
            RoundMentorState.INVITED: ("soon", "mail"),
            RoundMentorState.TAKES_PART: ("good", "check"),
            RoundMentorState.DECLINED: ("done", "x"),
        }
        rows = []
        for row in self.invited:
            tone, icon = pills[RoundMentorState(row.state)]
            is_ready = row.mentor.confirmed_at is not None and row.mentor.user_id in self.pledged
            rows.append(
                {
                    "name": row.mentor.name,
                    "pill": {"tone": tone, "icon": icon, "label": row.get_state_display()},
                    "reason": row.decline_reason,
                    "places": row.places,
                    "profile": gettext("Confirmed") if is_ready else gettext("Not confirmed"),
                    "is_ready": is_ready,
                    "is_paused": row.mentor.is_paused,
                    "week": self._week(row.mentor.user_id),
                    "conflicts": self.open_conflicts[row.mentor.user_id],
                    "answer_url": self.page_url("answer", row.pk),
                    "leave_url": self.page_url("leave", row.pk) if self._can_leave(row) else "",
                }
            )
        return rows

    def _can_leave(self, row):
        """Whether a mentor who gives up now has pairs to be repaired, or takes part in what was announced."""
        return self.is_published and row.state == RoundMentorState.TAKES_PART

    def conflicts(self):
        """What was declared, what waits first, each with what was made of it."""
        mentees = set(Enrolment.objects.filter(cohort=self.round.cohort_id).values_list("person", flat=True))
        rows = []
        for row in sorted(self.declared, key=lambda one: bool(one.outcome)):
            about = row.mentor.name if row.mentor else ""
            rows.append(
                {
                    "by": row.by.display_name,
                    "role": gettext("Mentee") if row.mentor_id or row.by_id in mentees else gettext("Mentor"),
                    "about": about,
                    "words": row.words,
                    "when": i18n.moment(row.at),
                    "outcome": ConflictOutcome(row.outcome).label if row.outcome else "",
                    "note": row.settle_reason,
                    "settled": f"{row.settled_by.display_name}, {i18n.moment(row.settled_at)}"
                    if row.outcome
                    else "",
                    "settle_url": self.page_url("settle", row.pk),
                    "dismiss_url": self.page_url("dismiss", row.pk),
                }
            )
        return rows
