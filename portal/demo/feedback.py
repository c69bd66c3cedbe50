"""What the mentors and mentees of the camps said of their meetings; not everybody did, and not of every one."""

from datetime import timedelta

from mentoring.models.actions import Owner
from mentoring.models.feedback import MeetingFeedback
from mentoring.models.meetings import Meeting, MeetingStatus
from portal.demo.ledger import dice

SHARE = {Owner.MENTEE: 0.6, Owner.MENTOR: 0.4}  # of the meetings held
NUMBERS = (5, 5, 5, 4, 4, 4, 3, 2)
WITH_WORDS = 0.5
WORDS = {
    Owner.MENTEE: (
        ("대본을 소리 내어 함께 읽은 것이 도움이 되었습니다.", "Reading the scenes aloud together helped."),
        ("다음에는 읽을 분량을 미리 알고 싶습니다.", "Next time I would like to know beforehand what to read."),
        ("인물의 목표를 한 문장으로 줄여 보았습니다.", "We brought the character's goal down to one sentence."),
        ("시간이 조금 짧았습니다.", "It was a little short."),
        ("구체적인 예를 들어 주셔서 이해하기 쉬웠습니다.", "Concrete examples made it easy to follow."),
    ),
    Owner.MENTOR: (
        ("질문을 준비해 와서 바로 시작할 수 있었습니다.", "Questions were prepared, so we could start at once."),
        ("고친 원고를 하루 전에 받으면 좋겠습니다.", "I would like the revised pages a day before."),
        ("지난번에 나눈 이야기가 원고에 반영되었습니다.", "What we talked about last time was in the pages."),
    ),
}


def tell(world):
    """Add feedback on the meetings that were held."""
    for place, meeting in enumerate(world.ledger.rows[Meeting]):
        if meeting.status == MeetingStatus.HELD:
            for side in Owner:
                say(world, meeting, place, side)


def say(world, meeting, place, side):
    """What one of the two said of a meeting, if they did."""
    pairing, cohort = meeting.pairing, meeting.pairing.enrolment.cohort
    rng = dice("feedback", cohort.slug, place, side)
    given_at = meeting.ends_at + timedelta(minutes=rng.randint(100, 900))
    if rng.random() >= SHARE[side] or given_at > world.now:
        return
    author = pairing.mentor.user if side == Owner.MENTOR else pairing.enrolment.person
    words = rng.choice(WORDS[side])[author.language == "en"] if rng.random() < WITH_WORDS else ""
    world.ledger.add(
        MeetingFeedback(
            meeting=meeting,
            side=side,
            author=author,
            useful=rng.choice(NUMBERS),
            text=words,
            given_at=given_at,
        )
    )
