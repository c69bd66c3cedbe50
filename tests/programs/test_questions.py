"""Types of questions: what each takes, refuses and shows, and that a cleaned answer can be written on."""

import json

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from portal import clock
from programs.forms import AnswerForm
from programs.models.forms import Audience, Question, QuestionType, Section
from programs.questions import drafts
from programs.questions.conditions import asked, chosen, is_blank
from programs.questions.showing import shown

T = QuestionType
CHOICES = [{"key": key, "ko": f"선택 {key}", "en": f"Choice {key}"} for key in "abcd"]
SECTION = Section(pk=1, title_ko="지원 내용", title_en="Answers")
ROW = {"year": "2024", "title": "밤의 선착장", "role": "연출", "platform": "ott"}
JOB = {"from": "2020-03", "to": "", "organization": "한빛필름", "role": "조연출"}


def question(type, pk=1, **fields):
    """A question that is nowhere kept."""
    defaults = {"key": f"q{pk}", "label_ko": "문항", "label_en": "Question", "choices": CHOICES}
    return Question(pk=pk, section=SECTION, type=type, **(defaults | fields))


def cleaned(asked_question, raw):
    """What a draft's raw value becomes, or None with errors."""
    form = AnswerForm([asked_question], {asked_question.key: raw}, now=clock.now(), check=True)
    return form.answers().get(asked_question.key) if form.is_valid() else None


def errors(asked_question, raw):
    form = AnswerForm([asked_question], {asked_question.key: raw}, now=clock.now(), check=True)
    return [str(message) for messages in form.errors.values() for message in messages]


GOOD = [
    (T.SHORT, "등대의 아이들", "등대의 아이들"),
    (T.LONG, "첫 줄\r\n둘째 줄", "첫 줄\n둘째 줄"),
    (T.SINGLE, "a", "a"),
    (T.MULTIPLE, ["b", "a"], ["a", "b"]),
    (T.RANKED, ["c", "a", ""], ["c", "a"]),
    (T.YES_NO, "no", "no"),
    (T.NUMBER, "1,200", 1200),
    (T.DATE, "2000.1.2", "2000-01-02"),
    (T.EMAIL, "dabyeol@example.com", "dabyeol@example.com"),
    (T.PHONE, "010-1234-5678", "+821012345678"),
    (T.LINKS, ["example.com/reel", "", "https://example.com/reel"], ["https://example.com/reel"]),
    (T.REGION, "busan", "busan"),
    (T.CREDITS, [ROW, dict.fromkeys(ROW, "")], [ROW]),
    (T.CAREER, [JOB], [JOB]),
    (T.STATEMENT, True, True),
    (T.REFEREE, ["윤해들", "", "haedeul@example.com"], ["윤해들", "", "haedeul@example.com"]),
]


@pytest.mark.parametrize(("type", "raw", "value"), GOOD)
def test_each_type_takes_what_is_right_and_its_answer_can_be_written_on(type, raw, value):
    asked_question = question(type)
    assert cleaned(asked_question, raw) == value
    assert cleaned(asked_question, value) == value
    assert json.loads(json.dumps(value)) == value


@pytest.mark.parametrize(
    ("type", "raw"),
    [
        (T.SHORT, "가" * 101),
        (T.SHORT, "900101-1234567"),
        (T.SINGLE, "z"),
        (T.MULTIPLE, ["a", "z"]),
        (T.RANKED, ["a", "a", ""]),
        (T.RANKED, ["", "a", ""]),
        (T.RANKED, ["z", "", ""]),
        (T.YES_NO, "maybe"),
        (T.NUMBER, "열둘"),
        (T.NUMBER, "1.5"),
        (T.NUMBER, "99999999999999999999"),
        (T.DATE, "2001-02-29"),
        (T.DATE, "1066-10-14"),
        (T.EMAIL, "dabyeol@"),
        (T.PHONE, "12"),
        (T.LINKS, ["javascript:alert(1)", "", ""]),
        (T.LINKS, ["ftp://example.com", "", ""]),
        (T.REGION, "atlantis"),
        (T.CREDITS, [ROW | {"year": "곧"}]),
        (T.CAREER, [JOB | {"from": "2020-13"}]),
        (T.REFEREE, ["윤해들", "", ""]),
        (T.REFEREE, ["윤해들", "가" * 121, "haedeul@example.com"]),
        (T.REFEREE, ["윤해들", "", "haedeul"]),
    ],
)
def test_each_type_says_what_is_wrong(type, raw):
    assert errors(question(type), raw)


@pytest.mark.parametrize("type", [t for t in T if t != T.FILE])
def test_nothing_said_is_no_answer_unless_it_is_needed(type):
    form = AnswerForm([question(type)], {}, now=clock.now(), check=True)
    assert form.is_valid()
    assert form.answers() == {}
    needed = AnswerForm([question(type, is_required=True)], {}, now=clock.now(), check=True)
    assert [error.code for error in needed.errors.as_data()["q1"]] == ["required"]


def test_what_is_too_long_is_said_by_how_much():
    assert errors(question(T.SHORT, most_characters=10), "가" * 13) == [
        "10자 이하로 줄여 주세요. 지금 3자가 넘어요."
    ]


def test_hangul_is_counted_after_it_is_composed():
    decomposed = "\u1112\u1161\u11ab" * 10
    assert cleaned(question(T.SHORT, most_characters=10), decomposed) == "한" * 10


def test_numbers_keep_their_bounds():
    years = question(T.NUMBER, lowest=0, highest=60)
    assert (cleaned(years, "0"), cleaned(years, "60")) == (0, 60)
    assert errors(years, "61")
    assert errors(years, "-1")


def test_at_most_so_many_are_chosen():
    assert errors(question(T.MULTIPLE, most_items=2), ["a", "b", "c"]) == ["2개까지 고를 수 있어요."]


def test_a_question_can_become_required_later():
    now = clock.now()
    later = question(T.SHORT, is_required=True, required_from=now)
    assert later.is_required_at(now)
    assert not later.is_required_at(now.replace(year=now.year - 1))


def test_many_choices_are_a_list_that_opens():
    many = [{"key": str(number), "ko": str(number), "en": str(number)} for number in range(9)]
    form = AnswerForm([question(T.SINGLE, choices=many)], {}, now=clock.now())
    assert "<select" in str(form["q1"])


def test_only_files_of_the_question_count():
    class File:
        code, name, size = "abc", "a.pdf", 5

    asked_question = question(T.FILE, is_required=True)
    for raw, right in ((["abc"], True), (["other"], False), ("abc", False), ([], False)):
        form = AnswerForm([asked_question], {"q1": raw}, now=clock.now(), files={"q1": [File()]}, check=True)
        assert form.is_valid() is right


def test_a_type_that_nobody_knows_is_a_mistake():
    with pytest.raises(ValueError, match="no field"):
        AnswerForm([question("nonsense")], {}, now=clock.now())


# --- conditions ---------------------------------------------------------------------------------------


def depends(on, pk, values, **fields):
    return question(T.SHORT, pk=pk, shown_if=on, shown_if_values=values, **fields)


def test_a_question_is_asked_only_with_its_answer_and_its_own_decider():
    first = question(T.YES_NO, pk=1)
    second = question(T.SINGLE, pk=2, shown_if=first, shown_if_values=["no"])
    third = depends(second, 3, ["a", "b"])
    every = [first, second, third]
    assert asked(every, {}) == [first]
    assert asked(every, {"q1": "no"}) == [first, second]
    assert asked(every, {"q1": "no", "q2": "b"}) == every
    assert asked(every, {"q1": "yes", "q2": "b"}) == [first]
    assert asked([third], {"q2": "b"}) == []


@pytest.mark.parametrize(
    ("answer", "keys"),
    [
        ("a", {"a"}),
        ("", set()),
        (["a", "", "b"], {"a", "b"}),
        (True, {"yes"}),
        (False, {"no"}),
        (3, set()),
        (None, set()),
    ],
)
def test_what_an_answer_chooses(answer, keys):
    assert chosen(answer) == keys


def test_what_is_not_asked_is_not_checked():
    first = question(T.YES_NO, pk=1)
    second = depends(first, 2, ["no"], is_required=True)
    assert AnswerForm([first, second], {"q1": "yes"}, now=clock.now(), check=True).is_valid()
    assert not AnswerForm([first, second], {"q1": "no"}, now=clock.now(), check=True).is_valid()


@pytest.mark.parametrize("answer", ["", "  ", [], ["", " "], {}, {"a": ""}, [{"a": ""}], None, False])
def test_what_says_nothing_is_blank(answer):
    assert is_blank(answer)


@pytest.mark.parametrize("answer", ["a", ["", "a"], {"a": "b"}, [{"a": "b"}], True, 0, 5])
def test_what_says_something_is_not(answer):
    assert not is_blank(answer)


# --- drafts ----------------------------------------------------------------------------------------------

WORDS = st.text(max_size=12)
RAW = st.recursive(
    st.none() | st.booleans() | st.integers() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)


@given(raw=RAW)
def test_whatever_is_kept_can_be_written_and_read(raw):
    kept = drafts.tidy(raw)
    assert json.loads(json.dumps(kept)) == kept
    assert "\x00" not in json.dumps(kept)


@given(raw=RAW, type=st.sampled_from(sorted(T)))
def test_no_draft_whatever_is_in_it_breaks_a_form_or_its_reading(raw, type):
    asked_question = question(type)
    draft = {"q1": drafts.tidy(raw)}
    form = AnswerForm([asked_question], draft, now=clock.now())
    assert str(form["q1"])
    bound = AnswerForm([asked_question], draft, now=clock.now(), check=True)
    if bound.is_valid():
        answers = bound.answers()
        again = AnswerForm([asked_question], answers, now=clock.now(), check=True)
        assert again.is_valid()
        assert again.answers() == answers
    assert shown([asked_question], draft)


def test_a_text_beyond_all_measure_is_set_apart_and_the_rest_kept():
    long, short = question(T.LONG, pk=1), question(T.SHORT, pk=2)
    form = AnswerForm([long, short], {}, now=clock.now())
    data = QueryDict(mutable=True)
    data.update({"q1": "가" * 1_000_000, "q2": "짧은 글"})
    typed, lost = drafts.read(form, data, {})
    assert (typed, list(lost)) == ({"q2": "짧은 글"}, ["q1"])


def test_too_many_parts_are_set_apart():
    assert drafts.tidy(["a"] * 101) is None
    assert drafts.tidy({str(number): "a" for number in range(101)}) is None
    assert drafts.tidy(["a" * 30_000]) is None
    assert drafts.tidy({"a": "a" * 30_000}) is None


def test_other_kinds_of_values_are_kept_as_text():
    assert drafts.tidy(1.5) == "1.5"


# --- showing -----------------------------------------------------------------------------------------------


def test_answers_are_read_by_those_they_are_for():
    every = [question(T.SHORT, pk=n, audience=audience) for n, audience in enumerate(Audience, start=1)]
    answers = {"q1": "하나", "q2": "둘", "q3": "셋"}
    seen = {
        reader: [row["text"] for row in shown(every, answers, reader=reader)]
        for reader in ("staff", "reviewer", "blind")
    }
    assert seen == {"staff": ["하나", "둘", "셋"], "reviewer": ["둘", "셋"], "blind": ["셋"]}


@pytest.mark.parametrize(
    ("type", "answer", "expected"),
    [
        (T.SINGLE, "a", {"text": "선택 a"}),
        (T.SINGLE, "gone", {"text": "gone"}),
        (T.YES_NO, "no", {"text": "아니요"}),
        (T.REGION, "busan", {"text": "부산광역시"}),
        (T.PHONE, "+821012345678", {"text": "010-1234-5678"}),
        (T.NUMBER, 0, {"text": "0"}),
        (T.DATE, "1995-03-02", {"text": "1995년 3월 2일"}),
        (T.DATE, "1995-3", {"text": "1995-3"}),
        (T.STATEMENT, True, {"text": "확인함"}),
        (T.RANKED, ["b", "a"], {"entries": ["선택 b", "선택 a"], "ordered": True}),
        (T.MULTIPLE, ["b"], {"entries": ["선택 b"], "ordered": False}),
        (T.LINKS, ["https://example.com/"], {"links": ["https://example.com/"]}),
        (T.REFEREE, ["윤해들", "", "a@example.com"], {"entries": ["윤해들", "a@example.com"]}),
        (T.FILE, ["gone"], {"text": "답변 없음", "blank": True}),
        (T.SHORT, "", {"text": "답변 없음", "blank": True}),
    ],
)
def test_an_answer_is_shown_in_words(type, answer, expected):
    row = shown([question(type)], {"q1": answer})[0]
    assert {name: row.get(name) for name in expected} == expected


def test_rows_are_shown_as_a_table():
    row = shown([question(T.CREDITS)], {"q1": [ROW]})[0]
    assert [cell["text"] for cell in row["table"][0]][:3] == ["2024", "밤의 선착장", "연출"]
