"""What mentees are asked about their mentoring, and mentors about theirs. Pure.

The keys differ from those of the core survey and from each other: these are other questions, which must not be put
side by side with those about a course.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from programs.core_survey import SECTIONS as CORE_SECTIONS
from programs.models.forms import QuestionType
from programs.models.surveys import QUOTE


class Side(models.TextChoices):
    """Who of a pair is asked."""

    MENTEES = "mentees", _("Mentees")
    MENTORS = "mentors", _("Mentors")


ITEMS = {  # key, in Korean, in English
    Side.MENTEES: (
        ("mentee_overall", "멘토링에 전반적으로 만족한다", "Overall I am satisfied with the mentoring"),
        ("mentee_goals", "멘토링이 내 목표에 도움이 되었다", "The mentoring helped me towards my goals"),
        ("mentee_expertise", "멘토의 전문성이 높았다", "My mentor was an expert"),
        ("mentee_advice", "멘토의 조언이 구체적이었다", "My mentor's advice was concrete"),
        (
            "mentee_meetings",
            "멘토와 만난 횟수와 시간이 적절했다",
            "My mentor and I met often enough and long enough",
        ),
        ("mentee_running", "멘토 연결과 안내가 원활했다", "Matching and information went smoothly"),
    ),
    Side.MENTORS: (
        ("mentor_overall", "멘토 활동에 전반적으로 만족한다", "Overall I am satisfied with my work as a mentor"),
        ("mentor_prepared", "멘티가 준비하고 참여했다", "My mentees came prepared"),
        ("mentor_progress", "멘티의 성장을 볼 수 있었다", "I saw my mentees make progress"),
        (
            "mentor_meetings",
            "멘티와 만난 횟수와 시간이 적절했다",
            "My mentees and I met often enough and long enough",
        ),
        ("mentor_support", "운영진의 안내와 지원이 충분했다", "Staff informed and supported me well"),
        ("mentor_again", "다시 멘토로 참여하고 싶다", "I would be a mentor again"),
    ),
}
RECOMMENDED = {
    Side.MENTEES: (
        "mentee_recommend",
        "이 멘토링을 동료에게 추천하시겠습니까?",
        "Would you recommend this mentoring to a colleague?",
    ),
    Side.MENTORS: (
        "mentor_recommend",
        "이 멘토링의 멘토 활동을 동료에게 추천하시겠습니까?",
        "Would you recommend a colleague to be a mentor here?",
    ),
}
QUOTE_HELP = {
    "help_ko": "동의하시면 담당자가 읽고 결과보고서에 실을 수 있습니다. "
    "동의하지 않으시면 누구에게도 보이지 않습니다.",
    "help_en": "If you agree, staff read it and reports may quote it. If not, it is shown to nobody.",
}
SLUGS = {Side.MENTEES: "mentoring-mentees", Side.MENTORS: "mentoring-mentors"}
TITLES = {
    Side.MENTEES: {"ko": "멘토링 만족도 조사", "en": "Mentoring survey"},
    Side.MENTORS: {"ko": "멘토 의견 조사", "en": "Survey of mentors"},
}


def form_of(side):
    """The short name, the titles and the sections of a side's form, as `standard_version` takes them.

    Its open questions and the consent to be quoted are those of every survey, but staff alone read what is written.
    """
    agreed = [
        {"key": key, "type": QuestionType.LIKERT, "label_ko": ko, "label_en": en, "is_required": True}
        for key, ko, en in ITEMS[side]
    ]
    key, ko, en = RECOMMENDED[side]
    recommended = {"key": key, "type": QuestionType.NPS, "label_ko": ko, "label_en": en, "is_required": True}
    _course, (recommend_heads, _question), (words_heads, words) = CORE_SECTIONS
    words = [fields | QUOTE_HELP if fields["key"] == QUOTE else fields for fields in words]
    heads = {"title_ko": "멘토링은 어떠했습니까?", "title_en": "How was the mentoring?"}
    return SLUGS[side], TITLES[side], ((heads, agreed), (recommend_heads, [recommended]), (words_heads, words))
