"""Building forms: what staff may change until somebody answers, what they may mend afterwards, what moves over."""

import pytest

from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs.form_problems import form_problems
from programs.models.applying import EarlierAnswer
from programs.models.forms import Form, FormVersion, Question, QuestionType, Section, WordingFix
from programs.operations import adoption, applications
from programs.operations import forms as operations
from programs.operations.adoption import adopt_version
from programs.questions.loading import questions_of
from tests.make import make_admin, make_cohort, make_user
from tests.programs.forms import CHOICES, TITLES, add, begin, cohort_with, new_version
from tests.races import at_once

pytestmark = pytest.mark.django_db
T = QuestionType


def keys(version):
    return [question.key for question in questions_of(version.pk)]


def faults(version):
    return [(fault.field, fault.question and fault.question.key) for fault in form_problems(version)]


def verbs(target):
    rows = AuditEvent.objects.filter(target_type=target._meta.label_lower, target_id=target.pk)
    return list(rows.order_by("pk").values_list("verb", flat=True))


def blocked(version, field, **fields):
    """Refused, with a word at `field`."""
    with pytest.raises(operations.Faulty) as caught:
        add(version, **fields)
    assert field in [fault.field for fault in caught.value.faults]
    return str(caught.value)


# --- forms and sections -------------------------------------------------------------------------------------------


def test_a_form_begins_with_one_version_and_one_section():
    by = make_admin()
    version = operations.make_form("reboot-camp", {"ko": " 리부트캠프 ", "en": "Reboot  Camp"}, by=by)

    assert (version.number, version.is_locked, str(version)) == (1, False, "리부트캠프 · 1")
    assert (version.form.title_ko, version.form.title_en) == ("리부트캠프", "Reboot Camp")
    assert version.sections.count() == 1
    assert form_problems(version) == []
    assert verbs(version.form) == ["form.made"]


@pytest.mark.parametrize("titles", [{"ko": "지원서"}, {"ko": "지원서", "en": " "}, {"ko": "가" * 81, "en": "Camp"}])
def test_a_form_has_a_title_in_both_languages(titles):
    with pytest.raises(Refused):
        operations.make_form("camp", titles, by=make_admin())
    assert not Form.objects.exists()


def test_a_short_name_is_one_forms_alone(monkeypatch):
    new_version()
    with pytest.raises(Refused, match="짧은 이름"):
        new_version()
    monkeypatch.setattr(Form.objects.all().__class__, "exists", lambda rows: False)  # somebody is quicker
    with pytest.raises(Refused, match="짧은 이름"):
        new_version()


def test_a_form_is_renamed():
    form = new_version().form
    operations.rename_form(form.pk, {"ko": "새 이름", "en": "New name"}, by=make_admin())
    form.refresh_from_db()
    assert (form.title_ko, form.title_en) == ("새 이름", "New name")
    assert verbs(form) == ["form.made", "form.renamed"]


def test_sections_are_added_changed_moved_and_removed():
    by, version = make_admin(), new_version()
    first = version.sections.get()
    second = operations.add_section(version.pk, by=by, title_ko="작품", title_en="Your work", intro_ko="둘\r\n셋")
    operations.change_section(second.pk, by=by, intro_en="Two\nthree")
    second.refresh_from_db()
    assert (second.position, second.intro_ko, second.intro_en) == (2, "둘\n셋", "Two\nthree")

    operations.move_section(second.pk, up=True, by=by)
    assert list(version.sections.all()) == [second, first]
    operations.move_section(second.pk, up=True, by=by)  # at the top already
    operations.move_section(second.pk, up=False, by=by)
    assert list(version.sections.all()) == [first, second]

    operations.remove_section(second.pk, by=by)
    assert list(version.sections.all()) == [first]
    names = ("added", "changed", "moved", "moved", "removed")
    assert verbs(version) == [f"form_version.section_{name}" for name in names]


def test_a_section_with_questions_stays():
    version = new_version("plan")
    with pytest.raises(Refused):
        operations.remove_section(version.sections.get().pk, by=make_admin())


@pytest.mark.parametrize(
    "texts",
    [
        {"title_ko": "", "title_en": " "},
        {"title_ko": "가" * 81, "title_en": "Work"},
        {"title_ko": "작품", "title_en": "Work", "intro_ko": "주민 등록 번호를 적어 주세요."},
    ],
)
def test_a_section_that_cannot_be_kept(texts):
    version = new_version()
    with pytest.raises(Refused):
        operations.add_section(version.pk, by=make_admin(), **texts)
    assert version.sections.count() == 1


def test_a_section_without_a_translation_is_a_problem():
    version = new_version()
    operations.add_section(version.pk, by=make_admin(), title_ko="작품")
    assert [fault.field for fault in form_problems(version)] == ["title_en"]


# --- questions ----------------------------------------------------------------------------------------------------


def test_a_question_gets_a_key_from_its_english_text():
    version = new_version()
    assert add(version, label_en="Log line").key == "log_line"
    assert add(version, label_en="Log line").key == "log_line_v2"
    assert add(version, label_en="Portfolio 1").key == "portfolio1"
    assert add(version, label_en="Goals").key == "goals_v2"  # `goals` has a meaning of its own
    assert add(version, label_ko="한 줄 소개", label_en="", type=T.SHORT).key == "short"
    assert add(version, label_ko="파일", label_en="File", type=T.FILE).key == "file_v2"


def test_texts_are_cleaned_and_what_the_type_does_not_know_is_emptied():
    question = add(
        new_version(),
        "plan",
        label_ko=" 기획안\n요약 ",
        choices=CHOICES,
        most_megabytes=3,
        lowest=1,
        shown_if_values=["x"],
    )
    question.refresh_from_db()
    assert question.label_ko == "기획안 요약"
    assert (question.choices, question.most_megabytes, question.lowest) == ([], None, None)
    assert question.shown_if_values == []


def test_choices_get_keys_and_blank_rows_go():
    rows = [
        {"ko": "누르 카스텔란", "en": "Noor Castellane"},
        {"ko": "다른 누르", "en": "Noor Castellane"},
        {"key": "", "ko": " ", "en": ""},
        {"ko": "어진솔", "en": ""},
        {"key": "dain", "ko": "형다인", "en": "Hyung Dain"},
    ]
    question = add(new_version(), "mentor", type=T.RANKED, choices=rows)
    keys = [choice["key"] for choice in question.choices]
    assert keys == ["noor_castellane", "noor_castellane_2", "choice", "dain"]


def test_a_question_is_changed_where_it_stands():
    version = new_version("plan", "logline")
    plan = version.questions.get(key="plan")
    saved = operations.save_question(
        version.pk, plan.section_id, plan.pk, by=make_admin(), label_en="Summary", most_characters=1000
    )
    assert (saved.pk, saved.key, saved.position, saved.label_ko) == (plan.pk, "plan", 1, "질문 plan")
    assert keys(version) == ["plan", "logline"]
    with pytest.raises(TypeError):
        operations.save_question(version.pk, plan.section_id, plan.pk, by=make_admin(), version=3)


def test_a_question_is_put_into_another_section():
    version = new_version("plan", "logline")
    later = operations.add_section(version.pk, by=make_admin(), title_ko="뒤", title_en="Later")
    plan = version.questions.get(key="plan")
    operations.save_question(version.pk, later.pk, plan.pk, by=make_admin())
    assert keys(version) == ["logline", "plan"]


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("key", {"key": "Plan"}),
        ("key", {"key": "2plan"}),
        ("key", {"key": "더하기"}),
        ("key", {"key": "csrfmiddlewaretoken"}),
        ("key", {"key": "full_name"}),
        ("key", {"key": "consent_portrait"}),
        ("key", {"key": "plan"}),
        ("key", {"key": "links_1"}),
        ("key", {"key": "credits-rows"}),
        ("key", {"key": "goals", "type": T.SHORT}),
        ("key", {"key": "resident_registration_number"}),
        ("type", {"type": "password"}),
        ("audience", {"audience": "everyone"}),
        ("label_ko", {"label_ko": "", "label_en": ""}),
        ("label_ko", {"label_ko": "주민등록번호"}),
        ("label_en", {"label_en": "Your Resident Registration-Number"}),
        ("help_ko", {"help_ko": "예: 900101-1234567"}),
        ("why_ko", {"why_ko": "주민번호 확인"}),
        ("help_en", {"help_en": "a" * 301}),
        ("choices", {"type": T.SINGLE, "choices": [{"key": "a", "ko": "가"}, {"key": "a", "ko": "나"}]}),
        ("choices", {"type": T.SINGLE, "choices": [{"key": "A b", "ko": "가"}]}),
        ("choices", {"type": T.SINGLE, "choices": [{"key": "a", "ko": "", "en": ""}]}),
        ("choices", {"type": T.SINGLE, "choices": [{"key": "a", "ko": "주민등록번호"}]}),
        ("choices", {"type": T.SINGLE, "choices": [{"key": f"k{n}", "ko": "가"} for n in range(51)]}),
        ("most_characters", {"most_characters": 0}),
        ("most_characters", {"most_characters": 10_001}),
        ("most_items", {"type": T.LINKS, "most_items": 11}),
        ("most_megabytes", {"type": T.FILE, "most_megabytes": 51}),
        ("kept_days", {"kept_days": -1}),
        ("highest", {"type": T.NUMBER, "lowest": 3, "highest": 2}),
        ("required_from", {"required_from": "2026-11-24T10:00+09:00"}),
        ("profile_field", {"profile_field": "phone"}),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(field, fields):
    version = new_version("plan")
    add(version, "links", type=T.LINKS)
    add(version, "credits", type=T.CREDITS)
    before = keys(version)
    assert blocked(version, field, **fields)
    assert keys(version) == before


def test_a_key_that_an_older_question_would_shadow():
    version = new_version("links_1", "credits-rows")
    assert "links_1" in blocked(version, "key", key="links", type=T.LINKS)
    assert "credits-rows" in blocked(version, "key", key="credits", type=T.CREDITS)


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("label_en", {"label_en": ""}),
        ("help_en", {"help_ko": "한 문단으로 써 주세요."}),
        ("why_ko", {"why_en": "For the selection."}),
        ("choices", {"type": T.SINGLE, "choices": CHOICES[:1]}),
        ("choices", {"type": T.SINGLE, "choices": [*CHOICES, {"key": "sol", "ko": "진솔"}]}),
        ("why_ko", {"is_personal": True}),
        ("choices", {"type": T.SINGLE, "profile_field": "affiliation_kind"}),
    ],
)
def test_what_is_unfinished_is_kept_and_keeps_the_form_from_a_cohort(field, fields):
    version = new_version()
    add(version, "plan", **fields)
    assert (field, "plan") in faults(version)
    with pytest.raises(Refused):
        adopt_version(make_cohort().pk, version.pk, by=make_admin())


def test_a_question_depends_on_an_earlier_one_that_can_decide():
    version = new_version("plan")
    mentor = add(version, "mentor", type=T.SINGLE)
    stays = add(version, "stays", type=T.YES_NO)
    region = add(version, "region", type=T.REGION)
    why = add(version, "why", shown_if=stays.pk, shown_if_values=["no"])
    assert (why.shown_if, why.shown_if_values) == (stays, ["no"])
    add(version, "where", shown_if=region, shown_if_values=["abroad"])
    assert form_problems(version) == []

    plan = version.questions.get(key="plan")
    blocked(version, "condition", shown_if=plan, shown_if_values=["x"])
    blocked(version, "condition", shown_if=mentor, shown_if_values=["gideon"])
    blocked(version, "condition", shown_if=mentor, shown_if_values=[])
    other = add(new_version(slug="other"), "other", type=T.YES_NO)
    blocked(version, "condition", shown_if=other, shown_if_values=["yes"])
    with pytest.raises(operations.Faulty):
        operations.save_question(
            version.pk, plan.section_id, plan.pk, by=make_admin(), shown_if=stays, shown_if_values=["yes"]
        )


def test_answers_to_no_question_are_a_problem():
    version = new_version("plan")
    version.questions.update(shown_if_values=["yes"])
    assert faults(version) == [("condition", "plan")]


def test_what_the_profile_answers_stands_first_and_depends_on_nothing_later():
    version = new_version()
    stays = add(version, "stays", type=T.YES_NO)
    add(version, "phone", type=T.PHONE, profile_field="phone", shown_if=stays, shown_if_values=["yes"])
    assert faults(version) == [("condition", "phone")]


def test_questions_move_within_and_between_sections():
    by, version = make_admin(), new_version("a", "b")
    later = operations.add_section(version.pk, by=by, title_ko="뒤", title_en="Later")
    c = add(version, "c", section=later)
    a = version.questions.get(key="a")
    operations.move_question(a.pk, up=False, by=by)
    assert keys(version) == ["b", "a", "c"]
    operations.move_question(a.pk, up=False, by=by)
    a.refresh_from_db()
    assert (keys(version), a.section) == (["b", "a", "c"], later)
    operations.move_question(c.pk, up=True, by=by)
    operations.move_question(c.pk, up=True, by=by)
    c.refresh_from_db()
    assert (keys(version), c.section) == (["b", "c", "a"], version.sections.first())
    before = AuditEvent.objects.count()
    operations.move_question(a.pk, up=False, by=by)  # the end of the form
    assert AuditEvent.objects.count() == before


def test_nothing_is_asked_before_what_decides_it():
    by, version = make_admin(), new_version()
    stays = add(version, "stays", type=T.YES_NO)
    why = add(version, "why", shown_if=stays, shown_if_values=["no"])
    for deed in (
        lambda: operations.move_question(stays.pk, up=False, by=by),
        lambda: operations.move_question(why.pk, up=True, by=by),
        lambda: operations.remove_question(stays.pk, by=by),
    ):
        with pytest.raises(Refused):
            deed()
    assert keys(version) == ["stays", "why"]
    later = operations.add_section(version.pk, by=by, title_ko="뒤", title_en="Later")
    with pytest.raises(Refused):
        operations.save_question(version.pk, later.pk, stays.pk, by=by)
    operations.save_question(version.pk, later.pk, why.pk, by=by)
    with pytest.raises(Refused):
        operations.move_section(later.pk, up=True, by=by)
    operations.remove_question(why.pk, by=by)
    operations.remove_question(stays.pk, by=by)
    assert keys(version) == []


def test_a_version_in_use_stays_whole():
    version = new_version("plan")
    cohort_with(version)
    with pytest.raises(operations.Faulty):
        add(version, "logline", label_en="")
    add(version, "logline")
    assert keys(version) == ["plan", "logline"]


# --- the lock -----------------------------------------------------------------------------------------------------


def test_the_first_draft_locks_a_version_against_all_but_wording():
    version = new_version("plan")
    begin(cohort_with(version))
    by, section, plan = make_admin(), version.sections.get(), version.questions.get()
    for deed in (
        lambda: operations.add_section(version.pk, by=by, title_ko="뒤", title_en="Later"),
        lambda: operations.change_section(section.pk, by=by, title_ko="앞"),
        lambda: operations.move_section(section.pk, up=True, by=by),
        lambda: operations.remove_section(section.pk, by=by),
        lambda: add(version, "logline"),
        lambda: operations.save_question(version.pk, section.pk, plan.pk, by=by, label_ko="새 질문"),
        lambda: operations.move_question(plan.pk, up=True, by=by),
        lambda: operations.remove_question(plan.pk, by=by),
    ):
        with pytest.raises(Refused, match="쓰기 시작한"):
            deed()


def test_wording_is_mended_with_what_it_was_and_why():
    by, version = make_admin(), new_version("plan")
    mentor = add(version, "mentor", type=T.SINGLE)
    begin(cohort_with(version))
    plan, section = version.questions.get(key="plan"), version.sections.get()
    texts = {
        f"question-{plan.pk}-label_ko": "기획안  요약",
        f"question-{plan.pk}-label_en": plan.label_en,  # as it is
        f"question-{mentor.pk}-choice-noor-en": "Noor Castellane",
        f"question-{mentor.pk}-choice-dain-ko": "형다인",
        f"section-{section.pk}-intro_en": "Two\nlines",
    }
    operations.fix_wording(version.pk, by=by, reason="오탈자", texts=texts)

    plan.refresh_from_db()
    mentor.refresh_from_db()
    section.refresh_from_db()
    assert plan.label_ko == "기획안 요약"
    assert mentor.choices == [
        {"key": "noor", "ko": "누르", "en": "Noor Castellane"},
        {"key": "dain", "ko": "형다인", "en": "Dain"},
    ]
    assert section.intro_en == "Two\nlines"
    fixes = WordingFix.objects.values_list("field", "before", "after", "reason", "by")
    assert set(fixes) == {
        ("label_ko", "질문 plan", "기획안 요약", "오탈자", by.pk),
        ("choice noor en", "Noor", "Noor Castellane", "오탈자", by.pk),
        ("choice dain ko", "다인", "형다인", "오탈자", by.pk),
        ("intro_en", "", "Two\nlines", "오탈자", by.pk),
    }
    assert verbs(version)[-1] == "form_version.wording_mended"


def test_wording_that_cannot_be_mended_so():
    by, version = make_admin(), new_version("plan")
    plan = version.questions.get()
    name = f"question-{plan.pk}-label_ko"
    with pytest.raises(Refused):  # nobody has answered yet
        operations.fix_wording(version.pk, by=by, reason="오탈자", texts={name: "요약"})
    begin(cohort_with(version))
    for texts, reason in (
        ({name: "요약"}, " "),
        ({name: plan.label_ko}, "오탈자"),
        ({name: ""}, "오탈자"),
        ({name: "가" * 301}, "오탈자"),
        ({name: "주민등록번호"}, "오탈자"),
        ({f"question-{plan.pk}-key": "other"}, "오탈자"),
        ({"question-0-label_ko": "요약"}, "오탈자"),
    ):
        with pytest.raises(Refused):
            operations.fix_wording(version.pk, by=by, reason=reason, texts=texts)
    assert not WordingFix.objects.exists()


# --- copies -------------------------------------------------------------------------------------------------------


def test_a_copy_has_the_same_keys_choices_and_conditions():
    version = new_version("plan")
    stays = add(version, "stays", type=T.YES_NO)
    add(version, "mentor", type=T.RANKED, shown_if=stays, shown_if_values=["yes"])
    copy = operations.copy_version(version.pk, by=make_admin())

    assert (copy.form, copy.number, copy.copied_from) == (version.form, 2, version)
    assert keys(copy) == keys(version) == ["plan", "stays", "mentor"]
    mentor = copy.questions.get(key="mentor")
    assert (mentor.shown_if, mentor.choices) == (copy.questions.get(key="stays"), CHOICES)
    assert {row.version_id for row in Section.objects.filter(questions__version=copy)} == {copy.pk}
    operations.remove_question(copy.questions.get(key="plan").pk, by=make_admin())
    assert keys(version) == ["plan", "stays", "mentor"]


def test_last_years_form_becomes_the_first_version_of_another():
    version = new_version("plan")
    copy = operations.copy_to_new_form(
        version.pk, "camp-2027", {"ko": "캠프 2027", "en": "Camp 2027"}, by=make_admin()
    )
    assert (copy.form.slug, copy.number, copy.copied_from, keys(copy)) == ("camp-2027", 1, version, ["plan"])
    with pytest.raises(Refused):
        operations.copy_to_new_form(version.pk, "camp-2027", TITLES, by=make_admin())


def test_another_meaning_or_type_gets_another_key():
    by, version = make_admin(), new_version("plan", "logline", "film")
    copy = operations.copy_version(version.pk, by=by)
    section = copy.sections.get()
    plan, logline, film = copy.questions.order_by("position")
    same = operations.save_question(copy.pk, section.pk, plan.pk, by=by, label_ko="기획안")
    new = operations.save_question(copy.pk, section.pk, logline.pk, by=by, is_new_meaning=True, label_ko="한 줄")
    other = operations.save_question(copy.pk, section.pk, film.pk, by=by, type=T.LINKS)
    assert (same.key, new.key, other.key) == ("plan", "logline_v2", "film_v2")

    again = operations.copy_version(copy.pk, by=by)
    logline = again.questions.get(key="logline_v2")
    new = operations.save_question(again.pk, logline.section_id, logline.pk, by=by, is_new_meaning=True)
    assert new.key == "logline_v3"


def test_the_key_of_a_copied_question_stays():
    by, version = make_admin(), new_version("plan")
    copy = operations.copy_version(version.pk, by=by)
    plan = copy.questions.get()
    with pytest.raises(operations.Faulty):
        operations.save_question(copy.pk, plan.section_id, plan.pk, by=by, key="summary")
    added = add(copy, "summary")
    assert operations.save_question(copy.pk, plan.section_id, added.pk, by=by, key="outline").key == "outline"


# --- a cohort's form ----------------------------------------------------------------------------------------------


def test_a_cohort_gets_a_form():
    version, cohort, by = new_version("plan"), make_cohort(form_version=None), make_admin()
    assert adopt_version(cohort.pk, version.pk, by=by, reason="2027년 모집") == adoption.Adopted(0, 0)
    cohort.refresh_from_db()
    version.refresh_from_db()
    assert (cohort.form_version, version.is_locked) == (version, False)
    assert verbs(cohort) == ["cohort.form"]
    adopt_version(cohort.pk, version.pk, by=by)
    assert verbs(cohort) == ["cohort.form"]


def newer(version, change, **answers):
    """A draft with `answers` on `version`, moved to a copy that `change` has changed."""
    cohort = cohort_with(version)
    draft = begin(cohort, **answers)
    copy = operations.copy_version(version.pk, by=make_admin())
    change(copy)
    adopted = adopt_version(cohort.pk, copy.pk, by=make_admin())
    draft.refresh_from_db()
    copy.refresh_from_db()
    return draft, copy, adopted


def test_a_draft_moves_over_with_its_answers():
    def change(copy):
        plan = copy.questions.get(key="plan")
        operations.save_question(
            copy.pk, plan.section_id, plan.pk, by=make_admin(), is_required=True, most_characters=50
        )
        add(copy, "hopes")

    draft, copy, adopted = newer(
        new_version("plan", "logline", "blank"), change, plan="등대", logline="아이들", blank=" "
    )

    assert adopted == adoption.Adopted(1, 0)
    assert (draft.form_version, copy.is_locked) == (copy, True)
    assert (draft.draft["plan"], draft.draft["logline"], draft.draft["full_name"]) == (
        "등대",
        "아이들",
        draft.applicant.full_name,
    )
    assert draft.revision == 2
    assert draft.stamps == {}  # nothing has changed in what is there
    assert draft.form_moved_at is not None
    assert not EarlierAnswer.objects.exists()
    assert verbs(draft) == ["application.form_moved"]
    mail = OutgoingMail.objects.get(reason=f"form_changed_{copy.pk}")
    assert (mail.person, mail.target_id) == (draft.applicant, draft.pk)
    assert "바뀌었습니다" in mail.body
    assert "None" not in mail.body


def test_what_is_no_longer_asked_is_set_aside():
    def change(copy):
        by = make_admin()
        gone, typed, worded, meant = copy.questions.order_by("position")
        operations.remove_question(gone.pk, by=by)
        operations.save_question(copy.pk, typed.section_id, typed.pk, by=by, type=T.SHORT)
        operations.save_question(copy.pk, worded.section_id, worded.pk, by=by, help_ko="새로", help_en="New")
        operations.save_question(copy.pk, meant.section_id, meant.pk, by=by, is_new_meaning=True)

    answers = {"gone": "가", "typed": "나", "worded": "다", "meant": "라"}
    version = new_version(*answers)
    draft, copy, adopted = newer(version, change, **answers)

    assert adopted == adoption.Adopted(1, 4)
    assert {row.question.key: row.value for row in draft.earlier_answers.all()} == answers
    assert {row.question.version for row in draft.earlier_answers.all()} == {version}
    assert draft.draft["worded"] == "다"
    assert not {"gone", "typed", "meant", "typed_v2", "meant_v2"} & set(draft.draft)


def test_of_choices_only_those_there_still_are_taken_over():
    sol = {"key": "sol", "ko": "진솔", "en": "Jinsol"}
    version = new_version()
    for key, kind in (("one", T.SINGLE), ("same", T.SINGLE), ("some", T.MULTIPLE), ("ranks", T.RANKED)):
        add(version, key, type=kind, choices=[*CHOICES, sol])

    def change(copy):
        for question in copy.questions.all():
            operations.save_question(
                copy.pk, question.section_id, question.pk, by=make_admin(), choices=[CHOICES[0], sol]
            )

    draft, _copy, adopted = newer(
        version, change, one="dain", same="sol", some=["noor", "dain"], ranks=["dain", "sol", ""]
    )
    assert adopted.kept == 4
    taken = {key: draft.draft[key] for key in ("one", "same", "some", "ranks")}
    assert taken == {"one": "", "same": "sol", "some": ["noor"], "ranks": ["sol"]}
    assert draft.stamps == {"one": 2, "some": 2, "ranks": 2}
    aside = {row.question.key: row.value for row in draft.earlier_answers.all()}
    assert aside == {"one": "dain", "same": "sol", "some": ["noor", "dain"], "ranks": ["dain", "sol", ""]}


def test_a_blank_never_takes_the_place_of_what_was_set_aside_and_going_back_brings_it_back():
    version = new_version("plan", "logline")
    draft, copy, _adopted = newer(
        version,
        lambda copy: operations.remove_question(copy.questions.get(key="plan").pk, by=make_admin()),
        plan="등대",
    )
    cohort, by = draft.cohort, make_admin()
    assert "plan" not in draft.draft
    adopt_version(cohort.pk, version.pk, by=by)
    draft.refresh_from_db()
    assert (draft.draft["plan"], draft.form_version) == ("등대", version)
    assert not draft.earlier_answers.exists()

    draft.draft["plan"] = ""
    draft.save(update_fields=["draft"])
    EarlierAnswer.objects.create(application=draft, question=version.questions.get(key="plan"), value="바다")
    adopt_version(cohort.pk, copy.pk, by=by)
    assert draft.earlier_answers.get().value == "바다"
    assert OutgoingMail.objects.filter(reason=f"form_changed_{copy.pk}").count() == 1


def test_every_draft_of_the_cohort_moves_and_nobody_elses():
    version = new_version("plan")
    cohort, other = cohort_with(version), cohort_with(version)
    ours, theirs = [begin(cohort, plan=text) for text in ("등대", "소금")], begin(other, plan="바다")
    copy = operations.copy_version(version.pk, by=make_admin())
    operations.remove_question(copy.questions.get().pk, by=make_admin())
    assert adopt_version(cohort.pk, copy.pk, by=make_admin()) == (2, 2)
    assert [row.value for draft in ours for row in draft.earlier_answers.all()] == ["등대", "소금"]
    theirs.refresh_from_db()
    assert (theirs.form_version, theirs.draft["plan"]) == (version, "바다")


def test_what_was_sent_stays_on_its_version():
    version = new_version("plan")
    cohort = cohort_with(version)
    sent = begin(cohort, plan="등대")
    applications.submit_application(sent.pk, by=sent.applicant)
    copy = operations.copy_version(version.pk, by=make_admin())
    assert adopt_version(cohort.pk, copy.pk, by=make_admin()) == (0, 0)
    sent.refresh_from_db()
    copy.refresh_from_db()
    assert (sent.form_version, sent.answers, copy.is_locked) == (version, {"plan": "등대"}, False)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_question_is_changed_or_answered_never_both_at_once():
    from programs.operations import applications

    version = new_version("plan")
    cohort, plan, person = cohort_with(version), version.questions.get(), make_user()
    outcomes = at_once(
        [
            lambda: applications.start_application(cohort.pk, by=person),
            lambda: operations.save_question(version.pk, plan.section_id, plan.pk, by=make_admin(), label_ko="새"),
        ]
    )
    version.refresh_from_db()
    assert version.is_locked
    changed = not isinstance(outcomes[1], Refused)
    assert Question.objects.get().label_ko == ("새" if changed else "질문 plan")
    assert FormVersion.objects.count() == 1
