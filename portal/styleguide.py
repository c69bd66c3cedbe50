"""A page that shows every component with made-up contents; there is an address for it only where DEBUG is on."""

# ruff: noqa: E501  (an example text and its twin stay on one line)
from collections import namedtuple

from django import forms
from django.core.paginator import Paginator
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.consent_form import ConsentForm, rows_for
from accounts.models import Term, TermVersion
from portal import pills, rows
from portal.charts.examples import all_examples, pick
from portal.public import public_page
from programs import posters


def pill(tone, icon, ko, en):
    """A pill's contents."""
    return {"tone": tone, "icon": icon, "label": pick(ko, en)}


Asked = namedtuple("Asked", ["term_id", "term", "is_required"])  # as a cohort asks for it
CREDIT = {"year": "20x5", "title": "열세 번째 계단", "role": "각본·연출", "platform": "festival"}


class RowsForm(forms.Form):
    """Rows that people add to, one of them with an error."""

    credits = rows.RowsField(rows.CREDITS, 5, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["credits"].label = pick("주요 참여작", "Credits")


def example_consents():
    """A required consent that is missing, and two optional ones."""
    law = {"retention_ko": "교육 종료일부터 3년", "retention_en": "Three years from the end of the training"}
    law |= {"refusal_ko": "동의하지 않으면 지원할 수 없습니다.", "refusal_en": "If you refuse, you cannot apply."}
    free = {"refusal_ko": "동의하지 않아도 불이익이 없습니다.", "refusal_en": "Refusing has no effect."}
    versions = {
        1: TermVersion(title_ko="개인정보 수집·이용 동의", title_en="Consent to collect and use personal information", purpose_ko="교육생 선발과 교육 운영", purpose_en="Selecting and training", **law),
        2: TermVersion(title_ko="촬영과 초상 이용 동의", title_en="Consent to photographs", purpose_ko="교육 현장의 기록", purpose_en="Documenting the training", **law | free),
        3: TermVersion(title_ko="제3자 제공 동의", title_en="Consent to disclosure", recipient_ko="참여기업", recipient_en="Host companies", purpose_ko="교류", purpose_en="Contact", **law | free),
    }  # fmt: skip
    asked = [
        Asked(number, Term(slug=f"example-{number}", kind=kind), number == 1)
        for number, kind in enumerate(("application", "portrait", "third_party"), start=1)
    ]
    items = {"application": [pick("성명", "Full name"), pick("이메일 주소", "E-mail address")]}
    return ConsentForm(rows_for(asked, versions=versions, items=items), {}).rows


class ExampleForm(forms.Form):
    """One field of every sort that the portal uses."""

    title = forms.CharField(help_text="…")
    logline = forms.CharField(widget=forms.TextInput(attrs={"data-limit": 100}))
    motive = forms.CharField(widget=forms.Textarea(attrs={"data-limit": 500, "rows": 4}))
    region = forms.ChoiceField(required=False)
    starts_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    attends = forms.ChoiceField(widget=forms.RadioSelect)
    mentors = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    plan = forms.FileField()
    agrees = forms.BooleanField()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        fields = self.fields
        fields["title"].label = pick("작품 제목", "Title of the work")
        fields["title"].help_text = pick("가제도 괜찮아요.", "A working title is fine.")
        fields["logline"].label = pick("로그라인", "Logline")
        fields["logline"].help_text = pick(
            "누가, 무엇을 원하고, 무엇이 막는지 한 문장으로 적어 주세요.",
            "One sentence: who, wanting what, against what.",
        )
        fields["motive"].label = pick("지원동기", "Why you apply")
        fields["region"].label = pick("거주지역", "Where you live")
        fields["region"].choices = [("seoul", pick("서울특별시", "Seoul")), ("busan", pick("부산광역시", "Busan"))]
        fields["starts_on"].label = pick("시작일", "Start")
        fields["attends"].label = pick("5일 전일 참석할 수 있나요?", "Can you attend all five days?")
        fields["attends"].choices = [
            ("yes", pick("네, 모두 참석합니다", "Yes, all of them")),
            ("no", pick("아니요", "No")),
        ]
        fields["mentors"].label = pick("관심 분야", "Interests")
        fields["mentors"].choices = [
            ("series", pick("시리즈 각본", "Series writing")),
            ("sound", pick("프로덕션 사운드", "Production sound")),
            ("vfx", pick("시각효과", "Visual effects")),
        ]
        fields["plan"].label = pick("작품 기획안", "Project plan")
        fields["plan"].help_text = pick(
            "PDF, DOCX, HWP, HWPX · 50MB 이하 · 본인과 심사위원만 볼 수 있어요.",
            "PDF, DOCX, HWP or HWPX, up to 50 MB. You and the reviewers alone can read it.",
        )
        fields["agrees"].label = pick(
            "개인정보 수집과 이용에 동의합니다.", "I agree to the collection and use of my data."
        )

    def clean_logline(self):
        """A logline holds 100 characters."""
        text = self.cleaned_data["logline"]
        if len(text) > 100:
            raise forms.ValidationError(
                pick(
                    f"100자 이하로 줄여 주세요. 지금 {len(text) - 100}자가 넘어요.",
                    f"Please shorten it to 100 characters; it has {len(text) - 100} too many.",
                )
            )
        return text


def example_steps():
    """The steps of an application that is being reviewed."""
    rows = [
        ("done", "제출 완료", "Submitted", "", "", "11월 24일 (화) 11:05", "Tue, 24 November, 11:05 KST"),
        ("done", "접수 완료", "Received", "자격을 확인했습니다.", "Your eligibility was checked.", "12월 8일 (화) 15:20", "Tue, 8 December, 15:20 KST"),
        ("now", "서류심사", "Document review", "심사위원 3명이 따로 채점하고 있습니다.", "Three reviewers score it independently.", "12월 15일 (화)까지", "until Tue, 15 December"),
        ("next", "서류 결과 발표", "Review result", "합격하면 면접 시간을 함께 알립니다.", "With the time of your interview.", "12월 16일 (수) 10:00", "Wed, 16 December, 10:00 KST"),
        ("next", "면접", "Interview", "", "", "12월 21일 (월) ~ 22일 (화)", "21–22 December"),
        ("next", "참여 확정", "Confirm your place", "", "", "12월 31일 (목) 17:00까지", "by Thu, 31 December, 17:00 KST"),
    ]  # fmt: skip
    return [
        {"state": state, "title": pick(ko, en), "note": pick(note_ko, note_en), "when": pick(when_ko, when_en)}
        for state, ko, en, note_ko, note_en, when_ko, when_en in rows
    ]


def example_cards():
    """Four programs, one of each look."""
    rows = [
        ("production-sound", "course", "단기 과정", "Short course", "프로덕션 사운드 워크숍", "Production Sound Workshop", ("warn", "clock", "마감 임박 D-2", "Closing, 2 days left")),
        ("reboot-camp", "masterclass", "마스터클래스", "Masterclass", "KAFA X Netflix 마스터클래스 (리부트캠프)", "KAFA X Netflix Masterclass (Reboot Camp)", ("live", "open", "접수 중", "Open")),
        ("internship-vfx", "internship", "현장 인턴십", "On-site internship", "현장 인턴십: 시각효과", "On-Site Internship: Visual Effects", ("plain", "eye", "심사 중", "In review")),
        ("dit-training", "course", "단기 과정", "Short course", "디지털 이미징 테크니션(DIT) 교육", "Digital Imaging Technician Training", ("done", "square", "교육 종료", "Finished")),
    ]  # fmt: skip
    return [
        {
            "url": "#cards",
            "poster_url": reverse("poster", args=[kind, slug]),
            "caption_tone": posters.caption_tone(slug, kind),
            "caption": [pick(kind_ko, kind_en), pick("데모 시즌", "Demo season")],
            "title": pick(ko, en),
            "pill": pill(*state),
            "strong": pick("12월 4일 (금) 17:00까지", "by Fri, 4 December, 17:00 KST"),
            "meta": [
                pick("1월 18일 (월) ~ 22일 (금) · KAFA 서울 · 16명", "18–22 January · KAFA Seoul · 16 places")
            ],
        }
        for slug, kind, kind_ko, kind_en, ko, en, state in rows
    ]


def example_figures():
    """Four figures with their definitions."""
    rows = [
        ("8", "개 과정", "courses", "단기 교육과정", "Short courses", "2024년에 운영한 과정의 수.", "Courses run in 2024."),
        ("1,104", "명", "", "수강", "Enrolled", "한 과정에 등록한 인원의 합(연인원).", "The sum of people enrolled in each course."),
        ("91.9", "%", "%", "수료율", "Completion", "수료 1,015명 ÷ 수강 1,104명.", "1,015 completed ÷ 1,104 enrolled."),
        ("54", "명", "", "국내외 전문가", "Experts", "국내 36명, 해외 18명.", "36 from Korea, 18 from abroad."),
    ]  # fmt: skip
    return [
        {
            "number": number,
            "unit": pick(unit_ko, unit_en),
            "title": pick(ko, en),
            "definition": pick(how_ko, how_en),
        }
        for number, unit_ko, unit_en, ko, en, how_ko, how_en in rows
    ]


def example_facts():
    """A cohort's terms."""
    return [
        {"term": pick("접수", "Apply"), "value": pick("12월 4일 (금) 17:00까지", "by Fri, 4 December, 17:00 KST")},
        {"term": pick("교육", "Sessions"), "value": pick("2027년 1월 18일 (월) ~ 22일 (금)", "18–22 January 2027")},
        {"term": pick("정원", "Places"), "value": pick("16명", "16")},
        {
            "term": pick("근거 협약", "Agreement"),
            "value": pick("2025년 4월 24일 업무협약", "MOU of 24 April 2025"),
            "url": "#facts",
        },
        {"term": pick("멘토", "Mentor"), "value": "Noor Castellane", "lang": "en"},
        {"term": pick("작품 제목", "Title"), "value": "등대의 아이들", "lang": "ko", "user": True},
    ]


def example_lines():
    """A dated list."""
    return [
        {
            "when": pick("11월 26일 (목) 17:00", "Thu, 26 November, 17:00"),
            "title": pick("프로덕션 사운드 워크숍 접수 마감", "Production Sound Workshop closes"),
            "url": "#lines",
            "pill": pill("warn", "clock", "마감 임박 D-2", "Closing, 2 days left"),
        },
        {
            "when": pick("11월 30일 (월) 10:00", "Mon, 30 November, 10:00"),
            "title": pick("이노베이션 워크숍 접수 시작", "Innovation Workshop opens"),
            "note": pick("선착순, 28석", "First come, 28 seats"),
            "pill": pill("soon", "ring", "접수 예정", "Opens soon"),
        },
        {
            "when": pick("12월 8일 (화) 15:20", "Tue, 8 December, 15:20"),
            "title": pick("접수 완료 → 서류심사 중", "Received → document review"),
            "side": pick("운영 담당", "Operations"),
        },
    ]


def example_week():
    """Two hours of a mentor's week."""
    people = ["남궁별", "박소울", "정이룸", "Amara Lindholm", "남궁별", "박소울"]

    def cell(place):
        if place == 1:
            return {"name": people[place], "icon": "play", "label": pick("다음 만남", "Next"), "now": True}
        if place % 5 == 0:
            return {"name": people[place], "icon": "check", "label": pick("진행 완료", "Held")}
        return {"name": people[place], "icon": "ring", "label": pick("확정", "Booked")}

    return {
        "days": [pick("18일 (월)", "Mon 18"), pick("19일 (화)", "Tue 19"), pick("20일 (수)", "Wed 20")],
        "rows": [
            ("13:30~14:10", [cell(place) for place in range(3)]),
            ("14:30~15:10", [cell(place) for place in range(3, 6)]),
        ],
    }


def state_pills():
    """Every pill of the tables, by table, with the state's name."""
    tables = {
        name.removesuffix("_PILLS").replace("_", " ").lower(): table
        for name, table in vars(pills).items()
        if name.endswith("_PILLS")
    }
    return [
        {"name": name, "pills": [pills.pill(table, state, state.replace("_", " ")) for state in table]}
        for name, table in tables.items()
    ]


@require_safe
@public_page
def styleguide(request):
    """Every component, in the page's language."""
    long_line = "폐쇄를 앞둔 섬 등대에 남은 다섯 아이가 마지막 겨울을 나며 한 사람씩 섬을 떠난다. " * 3
    form = ExampleForm({"title": "등대의 아이들", "logline": long_line, "motive": "", "region": "seoul"}, {})
    context = {
        "page_title": pick("부품", "Parts"),
        "tables": state_pills(),
        "steps": example_steps(),
        "cards": example_cards(),
        "figures": example_figures(),
        "facts": example_facts(),
        "lines": example_lines(),
        "flow": [
            {"title": pick("찾기", "Find"), "text": pick("일정, 남은 자리, 강사진을 먼저 확인합니다.", "Dates, places left, who teaches.")},
            {"title": pick("지원", "Apply"), "text": pick("쓰는 동안 저장됩니다.", "It is saved while you write.")},
            {"title": pick("심사", "Review"), "text": pick("지금 단계와 다음 날짜를 봅니다.", "See the step and the next date.")},
            {"title": pick("참여", "Take part"), "text": pick("참여를 확정하고 자료를 받습니다.", "Confirm, get the materials.")},
            {"title": pick("수료", "Complete"), "text": pick("누구나 확인할 수 있는 수료증을 받습니다.", "A certificate anyone can verify.")},
        ],
        "chips": [
            {"label": pick("전체", "All"), "count": 12, "url": "#chips", "current": True},
            {"label": pick("접수 중", "Open"), "count": 3, "url": "#chips"},
            {"label": pick("접수 예정", "Opens soon"), "count": 0, "url": "#chips"},
        ],
        "now": {
            "pill": pill("plain", "eye", "서류심사 중", "Document review"),
            "title": pick("심사위원이 서류를 읽고 있습니다.", "The reviewers are reading your application."),
            "text": pick("지금 하실 일은 없습니다.", "There is nothing you need to do now."),
            "facts": [
                {"term": pick("다음 단계", "Next"), "value": pick("서류 결과 발표", "Review result")},
                {"term": pick("언제", "When"), "value": pick("12월 16일 (수) 10:00, 6일 뒤", "Wed, 16 December, 10:00 KST, in 6 days")},
            ],
        },
        "offer": {
            "pill": pill("solid", "diamond", "선정 · 확정 대기", "Selected, please confirm"),
            "title": pick("교육생으로 선정되었습니다.", "You have been selected."),
            "text": pick("12월 31일 (목) 17:00까지 참여를 확정해 주십시오.", "Please confirm by Thu, 31 December, 17:00 KST."),
            "facts": [{"term": pick("남은 시간", "Time left"), "value": pick("2일 2시간", "2 days 2 hours")}],
            "actions": [
                {"label": pick("참여 확정하기", "Confirm my place"), "url": "#now", "look": "primary"},
                {"label": pick("참여 포기하기", "Decline"), "url": "#now"},
            ],
            "note": pick("확정한 뒤에는 1월 16일 (토) 12:00까지 취소할 수 있어요.", "You can cancel until Sat, 16 January, 12:00 KST."),
        },
        "buttons": [
            {"label": pick("지원하기", "Apply"), "url": "#buttons", "look": "primary"},
            {"label": pick("임시저장", "Save draft"), "url": "#buttons"},
            {"label": pick("지원 취소", "Withdraw"), "url": "#buttons", "look": "danger"},
            {"label": pick("나중에 이어 쓰기", "Continue later"), "url": "#buttons", "look": "link"},
            {"label": pick("지원서 보기", "See the application"), "url": "#buttons", "small": True},
        ],
        "chart_kinds": all_examples(),
        "bars": [("", 92, None), ("accent", 64, None), ("soft", 73.6, 66.3), ("miss", 60, 66.3)],
        "alerts": [
            {"tone": "info", "text": pick("마감 후에는 고칠 수 없지만 취소할 수 있어요.", "After the deadline you can withdraw, not edit.")},
            {"tone": "success", "text": pick("제출이 완료되었습니다. 접수번호는 RB27-0031입니다.", "Submitted. Your receipt number is RB27-0031.")},
            {"tone": "warning", "text": pick("결석이 한 번 더 있으면 수료할 수 없어요.", "With one more absence you cannot complete.")},
            {"tone": "danger", "title": pick("현장 인턴십 배치 18명 / 20명", "Placements 18 / 20"), "text": pick("모집 4자리를 채우지 못했습니다.", "Four places were not filled.")},
        ],
        "form": form,
        "parts": [
            {"title": pick("신청 정보", "Details"), "note": pick("완료", "Done"), "done": True},
            {"title": pick("기획안", "Project"), "note": pick("오류 2건", "2 errors"), "error": True, "current": True},
            {"title": pick("동의", "Consent"), "note": pick("작성 전", "Not begun")},
        ],
        "credits": RowsForm({"credits-rows": "1"} | {f"credits-0-{key}": text for key, text in CREDIT.items()})["credits"],
        "credits_shown": rows.show(rows.CREDITS, [CREDIT | {"year": "2025"}]),
        "answers": [
            {"label": pick("작품 제목", "Title"), "text": pick("등대의 아이들", "Children of the Lighthouse")},
            {"label": pick("멘토 지망", "Mentors"), "entries": [pick("어진솔", "Eo Jinsol"), pick("형다인", "Hyung Dain")], "ordered": True},
            {"label": pick("포트폴리오", "Portfolio"), "links": ["https://portfolio.example.com/reel"]},
            {"label": pick("추천서", "Reference letter"), "blank": True, "text": pick("답변 없음", "No answer")},
        ],
        "consents": example_consents(),
        "week": example_week(),
        "score": [1, 2, 3, 4, 5],
        "page": Paginator(range(200), 10).page(7),
        "rows": [
            (pick("기획안 독창성", "Originality"), pick("처음 보는 시선이 있는가", "A view not seen before"), 35, 100),
            (pick("시리즈 확장성", "Room for a series"), pick("여러 회로 이어질 갈등이 있는가", "Conflict for many episodes"), 25, 71.4),
            (pick("경력·역량", "Experience"), pick("옮길 준비가 되었는가", "Ready for the step"), 20, 57.1),
        ],
        "words": {
            "pills": pick("상태", "States"),
            "pills_note": pick("모양, 낱말, 그다음이 색", "Shape, word, then color"),
            "buttons": pick("단추", "Buttons"),
            "cards": pick("지금 접수 중", "Open now"),
            "lines": pick("다가오는 일정", "Coming up"),
            "facts": pick("조건", "Facts"),
            "figures": pick("수치", "Figures"),
            "now": pick("지금 단계", "Where it stands"),
            "steps": pick("모든 단계", "All steps"),
            "flow": pick("지원에서 수료까지", "From finding to completing"),
            "chips": pick("고르기", "Choosing"),
            "table": pick("심사 기준", "Criteria"),
            "bars": pick("막대", "Bars"),
            "charts": pick("도표", "Charts"),
            "alerts": pick("알림", "Messages"),
            "empty": pick("빈 화면", "Nothing there"),
            "empty_title": pick("아직 지원한 과정이 없어요", "You have not applied yet"),
            "empty_text": pick("지금 4개 과정이 접수 중이에요.", "Four programs are open now."),
            "empty_button": pick("접수 중인 과정 보기", "See what is open"),
            "form": pick("입력", "Form"),
            "consents": pick("동의", "Consents"),
            "parts": pick("긴 지원서의 순서", "Parts of a long form"),
            "week": pick("이번 주", "This week"),
            "week_caption": pick("1월 18일부터 20일까지 멘토링 일정", "Mentoring from 18 to 20 January"),
            "time": pick("시간", "Time"),
            "today": pick("오늘", "today"),
            "save": pick("저장하고 다음", "Save and continue"),
            "saved": pick("10:42에 자동 저장했어요.", "Saved at 10:42."),
            "file": pick("포트폴리오_김다별.pdf", "portfolio_kim.pdf"),
            "file_note": pick("12.4MB · 10:38 올림", "12.4 MB · 10:38"),
            "all": pick("전체 12개 과정", "All 12 programs"),
            "criterion": pick("기준", "Criterion"),
            "looks_at": pick("보는 점", "What is looked at"),
            "points": pick("배점", "Points"),
            "share": pick("비중", "Share"),
            "caption": pick("100점 만점", "Out of 100"),
            "apply": pick("지원", "Apply"),
            "left": pick("10일 남음 · 작성 중인 지원서는 저장됩니다", "10 days left · drafts are saved"),
            "type": pick("글자", "Type"),
            "lead": pick("영화에서 쌓은 힘을 시리즈로 옮기려는 작가와 감독을 위한 5일입니다.", "Five days for writers and directors who take what film taught them into series."),
            "text": pick("오전에는 세계관과 인물, 서사 구조를 다루는 강의를 듣습니다. 오후에는 멘토와 1:1로 만나 자신의 기획안을 고치고, 17:30에 모여 함께 읽습니다.", "Mornings hold lectures on world, character and structure. In the afternoon each meets a mentor 1:1; at 17:30 all read together."),
            "list": [pick("10:00~12:00 강의", "10:00–12:00 lecture"), pick("13:30~17:10 1:1 멘토링", "13:30–17:10 1:1 mentoring")],
        },
    }  # fmt: skip
    return render(request, "styleguide.html", context)
