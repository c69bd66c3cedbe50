"""Whatever is posted before a pairing, the answer is never a fault, and nothing odd is kept."""

import pytest
from django.test import Client
from django.urls import reverse

from mentoring.models.availability import Week
from mentoring.models.rounds import MenteeProfile
from tests import make

pytestmark = pytest.mark.django_db

ODD = [
    "\x00",
    "가" * 30_000,
    "\u202e‮",
    "\r\n",
    "9" * 40,
    "0000-00-00",
    "<script>",
    "%00",
    "[]",
    "-1",
    "٣",
]
FIELDS = {
    "mentoring-round-wishes": (
        [
            "discipline",
            "skills",
            "languages",
            "brief",
            "wishes_0",
            "wishes_9",
            "revision",
            "opened",
            "move",
            "submit",
            "save",
        ]
    ),
    "mentoring-round-answer": ["answer", "capacity", "reason"],
    "mentoring-round-briefs": ["briefs_0", "briefs_1", "move"],
    "mentoring-round-conflict": ["as", "mentor", "words", "withdraw"],
    "week": [
        "zone",
        "buffer_minutes",
        "notice_hours",
        "morning_on_0",
        "more",
        "stretches-rows",
        "stretches-0-day",
        "stretches-0-starts",
        "stretches-0-ends",
        "days-rows",
        "days-0-first",
        "days-0-last",
        "days-0-starts",
    ],
    "mentor-profile": [
        "focus_ko",
        "discipline",
        "second_disciplines",
        "skills",
        "languages",
        "capacity",
        "monthly_limit",
    ],
}


HEADERS = ([{}], [{}, {"X-Autosave": "1"}])


def client_of(user):
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", FIELDS)
def test_nothing_posted_is_a_fault(name):
    round_ = make.make_mentoring_round(mentors_rank=True)
    mentor = make.make_round_mentor(round_).mentor
    mentee = make.make_mentee_profile(round_, mentor, submitted_at=None).enrolment.person
    faults = []
    for user in (mentee, mentor.user):
        client = client_of(user)
        address = reverse(name, args=[round_.code] if name.startswith("mentoring-round") else [])
        for odd in ODD:
            for headers in HEADERS[name == "mentoring-round-wishes"]:
                response = client.post(address, dict.fromkeys(FIELDS[name], [odd, odd]), headers=headers)
                if response.status_code >= 500:
                    faults.append(f"{odd[:20]!r}: {response.status_code}")
    assert faults == []
    assert not Week.objects.filter(parts__isnull=False).exists()
    profile = MenteeProfile.objects.get()
    assert "\x00" not in profile.brief
    assert profile.submitted_at is None
