"""The core questions that every survey of a cohort asks, year after year, under the same keys. Pure.

As past years asked them: ten sentences to agree with, whether one would recommend it, and two open questions; what
is written there is shown only with the consent that the last one asks for.
"""

from programs.models.forms import QuestionType
from programs.models.surveys import QUOTE

T = QuestionType
CORE = "satisfaction"  # the short name of the form
TITLES = {"ko": "만족도 조사", "en": "Satisfaction survey"}
OVERALL, RECOMMEND = "overall", "recommend"  # the headline, and the recommendation; so end the keys of other forms
ITEMS = (  # key, in Korean, in English
    (OVERALL, "본 과정에 전반적으로 만족한다", "Overall I am satisfied with the course"),
    ("content", "교육 내용이 목표와 수준에 맞았다", "Content matched the stated aims"),
    ("useful", "현업에 바로 활용할 수 있다", "I can use it in my work"),
    ("expertise", "강사의 전문성이 높았다", "The instructors were experts"),
    ("clarity", "강의 전달이 명확했다", "Delivery was clear"),
    ("level", "난이도가 적절했다", "The level was right"),
    ("schedule", "교육 시간과 일정이 적절했다", "Hours and schedule were right"),
    ("facilities", "시설·장비가 충분했다", "Facilities and equipment were sufficient"),
    (
        "running",
        "신청·안내·운영이 원활했다",
        "Application, information and operation went smoothly",
    ),
    ("again", "다음 과정에도 참여하고 싶다", "I would join another course"),
)


def is_headline(key, name):
    """Whether a question is the headline (OVERALL) or the recommendation (RECOMMEND) of its form."""
    return key == name or key.endswith(f"_{name}")


SECTIONS = (  # title and introduction, then the questions
    (
        {"title_ko": "과정은 어떠했습니까?", "title_en": "How was the course?"},
        [
            {"key": key, "type": T.LIKERT, "label_ko": ko, "label_en": en, "is_required": True}
            for key, ko, en in ITEMS
        ],
    ),
    (
        {"title_ko": "추천 의향", "title_en": "Would you recommend it?"},
        [
            {
                "key": RECOMMEND,
                "type": T.NPS,
                "label_ko": "동료에게 추천하시겠습니까?",
                "label_en": "Would you recommend it to a colleague?",
                "is_required": True,
            }
        ],
    ),
    (
        {"title_ko": "의견", "title_en": "In your own words"},
        [
            {
                "key": "best",
                "type": T.LONG,
                "label_ko": "가장 좋았던 점",
                "label_en": "What was best",
                "most_characters": 500,
            },
            {
                "key": "improve",
                "type": T.LONG,
                "label_ko": "개선할 점",
                "label_en": "What should be better",
                "most_characters": 500,
            },
            {
                "key": QUOTE,
                "type": T.STATEMENT,
                "label_ko": "제가 쓴 의견을 이름 없이 공개하는 데 동의합니다.",
                "label_en": "What I wrote may be shown without my name.",
                "help_ko": "동의하시면 담당자와 강사가 읽고 결과보고서에 실을 수 있습니다. "
                "동의하지 않으시면 누구에게도 보이지 않습니다.",
                "help_en": "If you agree, staff and instructors read it and reports may quote it. "
                "If not, it is shown to nobody.",
            },
        ],
    ),
)
