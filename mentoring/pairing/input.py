"""The question of a round, read from the rows: who is to be paired, what each pair is worth, who may not meet.

`input_of` gives a Snapshot: plain data that is the same whenever the rows are, with a fingerprint. Reads only, in
about thirty queries, however many people take part. Mentees are known by their enrolment's code, mentors by their
row.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property

from django.db.models import Count

from mentoring.availability import WEEK, parts_of_week
from mentoring.models.availability import Week
from mentoring.models.mentors import MentorProfile
from mentoring.models.pairs import Pairing, in_mentoring
from mentoring.models.rounds import (
    DeclaredConflict,
    Exclusion,
    MentoringRound,
    MentorWish,
    RoundMentor,
    RoundMentorState,
)
from mentoring.models.runs import PairLock
from mentoring.pairing import conflicts as pairing_conflicts
from mentoring.pairing import scoring
from mentoring.pairing.rules import CLOSED, KEEPS_ANNOUNCED, NEVER, Reason, in_order
from mentoring.pairing.shared_time import SharedTime
from mentoring.pairing.snapshot import Snapshot
from portal.clock import SEOUL
from programs.models.enrolments import Enrolment


def mentor_id(mentor_pk):
    """What a mentor is called in problems, plans and facts."""
    return f"m{mentor_pk}"


def mentor_pk(name):
    """The row of a mentor by that name; None where it is none."""
    return int(name[1:]) if name[:1] == "m" and name[1:].isdecimal() else None


def input_of(round_):
    """The Snapshot of a round as its rows stand now."""
    return Reading(round_).snapshot()


def weeks_of(round_):
    """From when until when common time is counted: the cohort's days in Seoul, at least a week."""
    cohort = round_.cohort
    since = (cohort.starts_at or round_.wishes_until).astimezone(SEOUL)
    since = datetime.combine(since.date(), time(), SEOUL)
    return since, max(cohort.ends_at or since, since + WEEK)


@dataclass(frozen=True)
class Places:
    """How many mentees a mentor can take in the round, and why it is not more."""

    wanted: int  # what the round or the profile says
    elsewhere: int  # live pairs in other cohorts
    load: int  # live pairs in this one
    room: int  # what is left of `wanted`, with those of this round
    reasons: tuple  # why nobody new can come

    @property
    def is_over(self):
        """Whether more were announced than there is room for."""
        return self.load > self.room


class Reading:
    """The rows of a round, and what follows of them; as if nothing stood against the pairs of `allow`."""

    def __init__(self, round_, *, allow=frozenset()):
        self.round, self.allow = round_, allow
        self.mentees = self._mentees()
        self.live = self._live_pairs()
        self.locks = {row.enrolment.code: row for row in self._locks()}
        self.mentors = self._mentors()
        self.weeks = self._weeks()
        self.codes = {mentee.pk: mentee.code for mentee in self.mentees}
        self.excluded_rows = self._exclusions()
        self.relations = pairing_conflicts.automatic([row.mentor for row in self.mentors], self.mentees)

    # --- rows -------------------------------------------------------------------------------------

    def _mentees(self):
        rows = in_mentoring(Enrolment.objects.live().filter(cohort=self.round.cohort_id))
        rows = rows.select_related("person", "application", "mentee_profile")
        return list(rows.prefetch_related("mentee_profile__wishes").order_by("code"))

    def _live_pairs(self):
        """The announced pairs: `{enrolment's row: mentor's row}`."""
        rows = Pairing.objects.live().filter(enrolment__in=[mentee.pk for mentee in self.mentees])
        return dict(rows.values_list("enrolment", "mentor"))

    def _locks(self):
        rows = PairLock.objects.filter(round=self.round, enrolment__in=[mentee.pk for mentee in self.mentees])
        return rows.select_related("enrolment").order_by("pk")

    def _mentors(self):
        """Those of the round, and those who have mentees in the cohort or a lock without being of it."""
        rows = list(RoundMentor.objects.filter(round=self.round).select_related("mentor__user", "mentor__expert"))
        known = {row.mentor_id for row in rows}
        others = {*self.live.values(), *(lock.mentor_id for lock in self.locks.values())} - known
        for mentor in MentorProfile.objects.filter(pk__in=others).select_related("user", "expert"):
            rows.append(RoundMentor(round=self.round, mentor=mentor, state=RoundMentorState.INVITED))
        return sorted(rows, key=lambda row: row.mentor_id)

    def _weeks(self):
        people = [mentee.person_id for mentee in self.mentees] + [row.mentor.user_id for row in self.mentors]
        rows = Week.objects.filter(person__in=people).prefetch_related("parts")
        return {row.person_id: row for row in rows if row.parts.all()}

    def _exclusions(self):
        """`{(mentor's row, person): {kind}}` of the exclusions that hold."""
        rows = Exclusion.objects.in_round(self.round).filter(
            person__in=[mentee.person_id for mentee in self.mentees]
        )
        found = {}
        for mentor, person, kind in rows.values_list("mentor", "person", "kind"):
            found.setdefault((mentor, person), set()).add(Reason(kind))
        return found

    # --- who can take how many -----------------------------------------------------------------------

    @cached_property
    def places(self):
        """The Places of each mentor by row."""
        elsewhere = Counter(
            dict(
                Pairing.objects.live()
                .filter(mentor__in=[row.mentor_id for row in self.mentors])
                .exclude(enrolment__cohort=self.round.cohort_id)
                .order_by()
                .values_list("mentor")
                .annotate(n=Count("pk"))
            )
        )
        loads = Counter(self.live.values())
        return {
            row.mentor_id: self._places(row, elsewhere[row.mentor_id], loads[row.mentor_id]) for row in self.mentors
        }

    def _places(self, row, elsewhere, load):
        mentor, reasons = row.mentor, []
        if not mentor.user.is_active:
            reasons.append(Reason.INACTIVE)
        if row.state != RoundMentorState.TAKES_PART:
            reasons.append(Reason.NOT_TAKING_PART)
        if mentor.is_paused:
            reasons.append(Reason.PAUSED)
        room = 0 if reasons else row.places
        if mentor.capacity_overall is not None:
            room = max(0, min(room, mentor.capacity_overall - elsewhere))
        if load > room and not reasons:
            reasons.append(Reason.FULL)
        return Places(row.places, elsewhere, load, room, tuple(reasons))

    # --- what a pair is worth ------------------------------------------------------------------------

    @cached_property
    def time(self):
        """The common time of all."""
        return SharedTime(self.weeks, *weeks_of(self.round), meeting=self.round.meeting_minutes)

    def reasons(self, mentee, row):
        """Why the two may not be paired, as codes in their order; empty where they may."""
        mentor = row.mentor
        found = set(self.places[mentor.pk].reasons) | self.excluded_rows.get((mentor.pk, mentee.person_id), set())
        if mentor.user_id == mentee.person_id:
            found.add(Reason.SAME_PERSON)
        elif (mentor.user_id, mentee.pk) in self.relations:
            found.add(Reason.RELATION)
        profile = self.profile(mentee)
        if profile and profile.languages and mentor.languages and not {*profile.languages} & {*mentor.languages}:
            found.add(Reason.LANGUAGE)
        shared = self.time.of(mentee.person_id, mentor.user_id)
        if shared is not None and shared[0] < self.round.least_minutes:
            found.add(Reason.TIME)
        if (mentee.code, mentor_id(mentor.pk)) in self.allow:
            found &= NEVER
        return in_order(found)

    def profile(self, mentee):
        """What a mentee has handed in, or None; a draft says nothing yet."""
        profile = getattr(mentee, "mentee_profile", None)
        return profile if profile is not None and profile.submitted_at is not None else None

    def wishes(self, mentee):
        """The mentors that a mentee asked for and that are of the round, first wish first."""
        profile = self.profile(mentee)
        known = {row.mentor_id for row in self.mentors}
        return [wish.mentor_id for wish in profile.wishes.all() if wish.mentor_id in known] if profile else []

    def shares(self, mentee, row):
        """What is known of the parts of fit."""
        profile, mentor = self.profile(mentee), row.mentor
        shared = self.time.of(mentee.person_id, mentor.user_id)
        return {
            "discipline": scoring.discipline_share(
                profile.discipline if profile else "", mentor.discipline, mentor.second_disciplines
            ),
            "skills": scoring.skills_share(profile.skills if profile else (), mentor.skills),
            "time": scoring.time_share(shared[1] if shared else None),
        }

    @cached_property
    def mentor_wishes(self):
        """`{mentor's row: [enrolment's row]}`, first wish first; empty where mentors do not rank."""
        found = {}
        if self.round.mentors_rank:
            rows = MentorWish.objects.filter(mentor__round=self.round, mentee__enrolment__in=list(self.codes))
            for mentor, enrolment in rows.order_by("rank").values_list("mentor__mentor", "mentee__enrolment"):
                found.setdefault(mentor, []).append(enrolment)
        return found

    # --- the whole -----------------------------------------------------------------------------------

    def snapshot(self):
        """The Snapshot of these rows."""
        excluded, kept, overridden, possible, shares = {}, [], [], {}, {}
        for mentee in self.mentees:
            lock = self.locks.get(mentee.code)
            for row in self.mentors:
                reasons = self.reasons(mentee, row)
                pair = (mentee.pk, row.mentor_id)
                is_announced = self.live.get(mentee.pk) == row.mentor_id
                if reasons and is_announced and KEEPS_ANNOUNCED.issuperset(reasons):
                    if reasons != [Reason.FULL]:  # that is told of the mentor
                        kept.append([mentee.code, mentor_id(row.mentor_id), list(map(str, reasons))])
                elif reasons and lock and lock.is_override and lock.mentor_id == row.mentor_id:
                    if NEVER.intersection(reasons):
                        excluded.setdefault(mentee.code, {})[mentor_id(row.mentor_id)] = list(map(str, reasons))
                        continue
                    overridden.append([mentee.code, mentor_id(row.mentor_id), list(map(str, reasons))])
                elif reasons:
                    excluded.setdefault(mentee.code, {})[mentor_id(row.mentor_id)] = list(map(str, reasons))
                    continue
                possible.setdefault(mentee.pk, []).append(row.mentor_id)
                shares[pair] = self.shares(mentee, row)
        facts = {
            "rules": self._rules(),
            "mentees": {mentee.code: self._mentee(mentee) for mentee in self.mentees},
            "mentors": {mentor_id(row.mentor_id): self._mentor(row, overridden) for row in self.mentors},
            "pairs": self._pairs(possible, shares),
            "excluded": excluded,
            "kept": kept,
            "overridden": overridden,
            "published": sorted([self.codes[pk], mentor_id(mentor)] for pk, mentor in self.live.items()),
            "locks": sorted([code, mentor_id(lock.mentor_id)] for code, lock in self.locks.items()),
            "declared": self._declared(),
        }
        return Snapshot(facts, _fingerprint(facts))

    def _rules(self):
        round_ = self.round
        return {
            "version": scoring.VERSION,
            "weights": {part: int(round_.weights[part]) for part in scoring.PARTS},
            "bands": [round_.poor_below, round_.weak_below],
            "least_minutes": round_.least_minutes,
            "meeting_minutes": round_.meeting_minutes,
            "mentors_rank": round_.mentors_rank,
            "seed": round_.lottery_seed,
        }

    def _mentee(self, mentee):
        week = self.weeks.get(mentee.person_id)
        return {
            "enrolment": mentee.pk,
            "handed_in": self.profile(mentee) is not None,
            "parts": parts_of_week(week) if week else None,
            "wishes": [mentor_id(pk) for pk in self.wishes(mentee)],
        }

    def _mentor(self, row, overridden):
        places, name = self.places[row.mentor_id], mentor_id(row.mentor_id)
        forced = sum(mentor == name and bool(CLOSED.intersection(why)) for _mentee, mentor, why in overridden)
        return {
            "mentor": row.mentor_id,
            "places": places.wanted,
            "elsewhere": places.elsewhere,
            "load": places.load,
            "room": places.room,
            "capacity": max(places.room, places.load, forced),
            "reasons": list(map(str, places.reasons)),
            "has_time": row.mentor.user_id in self.weeks,
            "wishes": [self.codes[pk] for pk in self.mentor_wishes.get(row.mentor_id, ())],
        }

    def _pairs(self, possible, shares):
        """`{mentee: {mentor: a PairFacts as a list}}`."""
        weights, mentees = self._rules()["weights"], {mentee.pk: mentee for mentee in self.mentees}
        fits = {pair: scoring.fit_of(weights, share) for pair, share in shares.items()}
        users = {row.mentor_id: row.mentor.user_id for row in self.mentors}
        taking = sum(row.state == RoundMentorState.TAKES_PART for row in self.mentors)
        chosen = {}
        for pk, wishes in self.mentor_wishes.items():
            those = {mentee: fits[mentee, pk] for mentee in mentees if (mentee, pk) in fits}
            chosen[pk] = scoring.completed(wishes, those, those)
        sharing = {pk: Counter(places.values()) for pk, places in chosen.items()}
        result = {}
        for mentee_pk, mentors in possible.items():
            mentee = mentees[mentee_pk]
            own = {pk: fits[mentee_pk, pk] for pk in mentors}
            places = scoring.completed(self.wishes(mentee), own, own)
            tied = Counter(places.values())
            for pk in mentors:
                place, own_place = chosen.get(pk, {}).get(mentee_pk), places[pk]
                share = {
                    "mentee_rank": scoring.place_share(own_place, max(taking, len(mentors)), tied[own_place]),
                    "mentor_rank": scoring.place_share(place, len(mentees), sharing[pk][place]) if place else None,
                    **shares[mentee_pk, pk],
                }
                parts = scoring.filled(weights, share)
                minutes, meetings = self.time.of(mentee.person_id, users[pk]) or (None, None)
                result.setdefault(mentee.code, {})[mentor_id(pk)] = [
                    *(parts[name] for name in scoring.PARTS),
                    own[pk],
                    minutes,
                    meetings,
                    places[pk],
                    place,
                ]
        return result

    def _declared(self):
        """Conflicts that somebody declared and staff have not settled: who says it, and of which mentor."""
        rows = DeclaredConflict.objects.filter(round=self.round, settled_at=None)
        people = {mentee.person_id: mentee.code for mentee in self.mentees}
        mentors = {row.mentor.user_id: mentor_id(row.mentor_id) for row in self.mentors}
        return [
            {
                "declared": pk,
                "by": people.get(by) or mentors.get(by, ""),
                "mentor": mentor_id(mentor) if mentor else "",
            }
            for pk, by, mentor in rows.order_by("pk").values_list("pk", "by", "mentor")
        ]


def _fingerprint(facts):
    text = json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def round_of(cohort):
    """The mentoring round of a cohort, or None."""
    return MentoringRound.objects.filter(cohort=cohort).select_related("cohort").first()
