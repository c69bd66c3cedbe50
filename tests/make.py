"""Rows for tests, one plain function for each kind: sane defaults, any field by keyword, constraints honored.

Times lie round `clock.now()`. A default cohort is published, by selection, and open; see `make_cohort`.
"""

from datetime import timedelta
from itertools import count

from accounts.models import ConsentRecord, Role, RoleGrant, User
from mentoring.models.actions import Action, Owner
from mentoring.models.availability import Week, WeekException, WeekPart
from mentoring.models.evaluations import Evaluation, EvaluationStatus, GoalScore
from mentoring.models.meetings import Meeting, MeetingStatus
from mentoring.models.mentors import MentorProfile
from mentoring.models.notes import NOTES
from mentoring.models.pairs import Goal, GoalMilestone, Pairing
from mentoring.models.rematches import DECIDED_WITHIN, RematchRequest
from mentoring.models.rounds import MenteeProfile, MentoringRound, RoundMentor, RoundMentorState, Wish
from mentoring.operations import samples
from partners.models.agreements import Agreement, Signature
from partners.models.commitments import Commitment
from partners.models.organizations import Organization, OrganizationKind
from portal import clock, uploads
from portal.models import UploadKind
from programs import consents
from programs.models.applications import EDITABLE, Application, ApplicationStatus, ReasonCode
from programs.models.applying import ReferenceRequest
from programs.models.attendance import Attendance, Excuse
from programs.models.cohorts import Cohort, Criterion, Milestone, RegistrationMode, Session, SessionExpert
from programs.models.eligibility import Appeal, Restriction
from programs.models.enrolments import ENDED, Enrolment
from programs.models.experts import Expert
from programs.models.forms import WITH_CHOICES, Form, FormVersion, Question, Section
from programs.models.materials import Material
from programs.models.programs import PartnerRole, Program, ProgramKind, ProgramPartner, Track
from programs.models.selection import Review, Reviewer, ReviewRound
from programs.models.surveys import Asks, Comment, Invited, Response, Survey, Ticket
from programs.operations import certificates
from programs.operations.surveys import core_version
from programs.questions.drafts import as_draft
from tests.files import make_pdf, uploaded

_serial = count(1)
LABELS = {
    "motivation": ("지원동기", "Motivation"),
    "career": ("경력사항", "Career history"),
    "portfolio": ("포트폴리오 링크", "Portfolio link"),
    "goals": ("멘토링 목표", "Goals for the mentoring"),
}


def make_user(email=None, *, password=None, role=None, scope=None, **fields):
    """A person; with `role` also the grant, whose `scope` is a cohort, a program or an organization."""
    number = next(_serial)
    fields = {"full_name": f"김다별{number}", "romanized_name": f"Kim Dabyeol {number}"} | fields
    user = User.objects.create_user(email or f"person{number}@example.com", password, **fields)
    if role:
        make_grant(user, role, scope)
    return user


def make_grant(user, role, scope=None, **fields):
    """A role for `user` that holds from yesterday on."""
    names = {Cohort: "cohort", Program: "program", Organization: "organization"}
    if scope is not None:
        fields[names[type(scope)]] = scope
    user.__dict__.pop("live_grants", None)
    return RoleGrant.objects.create(user=user, role=role, **({"from_at": clock.now() - timedelta(days=1)} | fields))


def make_admin(**fields):
    """A person who may do everything."""
    return make_user(role=Role.ADMIN, **fields)


def make_manager(scope, **fields):
    """A person who runs `scope`: a cohort, a program or all programs of an organization."""
    return make_user(role=Role.MANAGER, scope=scope, **fields)


def make_organization(**fields):
    """A partner."""
    number = next(_serial)
    defaults = {
        "code": f"ORG{number}",
        "slug": f"organization-{number}",
        "kind": OrganizationKind.PUBLIC_AGENCY,
        "name_ko": f"기관 {number}",
        "name_en": f"Organization {number}",
    }
    return Organization.objects.create(**(defaults | fields))


def make_agreement(*, parties=(), **fields):
    """An agreement in force, signed on 24 April 2025 by `parties`."""
    number = next(_serial)
    defaults = {
        "slug": f"agreement-{number}",
        "state": "active",
        "title_ko": f"업무협약 {number}",
        "title_en": f"Agreement {number}",
        "signed_on": "2025-04-24",
    }
    agreement = Agreement.objects.create(**(defaults | fields))
    for position, organization in enumerate(parties, start=1):
        Signature.objects.create(agreement=agreement, organization=organization, position=position)
    agreement.refresh_from_db()
    return agreement


def make_commitment(agreement=None, **fields):
    """A public promise of 10 trainees, as enrolments, in short courses under `agreement`."""
    names = {"title_ko": "교육 인원", "title_en": "Trainees", "metric": "courses.enrolled", "target": 10}
    return Commitment.objects.create(agreement=agreement or make_agreement(), **names | fields)


def make_program(*, partners=(), **fields):
    """A short course; `partners` are organizations, which become its organizers."""
    number = next(_serial)
    defaults = {
        "slug": f"program-{number}",
        "kind": ProgramKind.COURSE,
        "track": Track.SOUND,
        "title_ko": f"과정 {number}",
        "title_en": f"Program {number}",
    }
    program = Program.objects.create(**(defaults | fields))
    for position, organization in enumerate(partners, start=1):
        ProgramPartner.objects.create(
            program=program, organization=organization, role=PartnerRole.ORGANIZER, position=position
        )
    return program


def make_form_version(*, questions=(), is_locked=False, **fields):
    """A form with one version, whose `questions` are dicts of fields in one section; see `make_question`."""
    number = next(_serial)
    form = Form.objects.create(slug=f"form-{number}", title_ko=f"지원서 {number}", title_en=f"Form {number}")
    locked_at = clock.now() if is_locked else None
    version = FormVersion.objects.create(**({"form": form, "number": 1, "locked_at": locked_at} | fields))
    section = Section.objects.create(version=version, title_ko="지원 내용", title_en="Your answers")
    Question.objects.bulk_create(
        _question(version, section, position, question) for position, question in enumerate(questions, start=1)
    )
    return version


def make_question(version, key="motivation", type="short", **fields):
    """A question at the end of the version's last section."""
    section = fields.pop("section", None) or version.sections.last()
    question = _question(version, section, version.questions.count() + 1, {"key": key, "type": type, **fields})
    question.save()
    return question


def _question(version, section, position, fields):
    key = fields["key"]
    labels = {
        "label_ko": LABELS.get(key, (f"문항 {key}",))[0],
        "label_en": LABELS.get(key, ("", f"Question {key}"))[1],
    }
    if fields.get("type") in WITH_CHOICES:
        labels["choices"] = [
            {"key": name, "ko": f"선택 {name}", "en": f"Choice {name}"} for name in ("a", "b", "c", "d")
        ]
    return Question(version=version, section=section, position=position, **(labels | fields))


def usual_questions(*, is_reviewed=True, has_mentoring=False):
    """Motivation (needed where seats are given by selection), career, one link; goals where there is mentoring."""
    questions = [
        {"key": "motivation", "type": "long", "most_characters": 500, "is_required": is_reviewed},
        {"key": "career", "type": "long", "most_characters": 500},
        {"key": "portfolio", "type": "links", "most_items": 1},
    ]
    if has_mentoring:
        questions.append({"key": "goals", "type": "long", "most_characters": 300})
    return questions


def make_cohort(program=None, *, phase="open", criteria=(), **fields):
    """A cohort in `phase` now, by selection with 4 seats unless told otherwise, with the usual form.

    `criteria` are weights. Pass dates by keyword to place it exactly.
    """
    number = next(_serial)
    dates = _dates(phase, clock.now())
    if fields.get("registration_mode", RegistrationMode.REVIEW) != RegistrationMode.REVIEW:
        for name in ("announce_at", "review_began_at", "released_at"):
            dates.pop(name, None)
    fields = dates | fields
    program = program or make_program()
    if "form_version" not in fields:
        reviewed = fields.get("registration_mode", RegistrationMode.REVIEW) == RegistrationMode.REVIEW
        questions = usual_questions(is_reviewed=reviewed, has_mentoring=program.has_mentoring)
        fields["form_version"] = make_form_version(questions=questions)
    defaults = {
        "program": program,
        "slug": f"2026-{number}",
        "label_ko": f"2026년 {number}기",
        "label_en": f"2026, cohort {number}",
        "capacity": 4,
        "registration_mode": RegistrationMode.REVIEW,
        "receipt_prefix": f"T{number}",
        "place_ko": "홍릉 콘텐츠인재캠퍼스",
        "place_en": "Hongneung Content Campus",
        "hours": 12,
    }
    cohort = Cohort.objects.create(**(defaults | fields))
    for position, weight in enumerate(criteria, start=1):
        Criterion.objects.create(
            cohort=cohort,
            title_ko=f"기준 {position}",
            title_en=f"Criterion {position}",
            weight=weight,
            position=position,
        )
    return cohort


def _dates(phase, now):
    """The dates that put a cohort in `phase`; each phase's are those of an open one, moved."""
    days = {"scheduled": 10, "open": 0, "closing": -9, "closed": -12, "in_review": -14, "announced": -22}
    days |= {"running": -40, "finished": -60, "draft": 0, "cancelled": 0}
    begin = now + timedelta(days=days[phase])
    dates = {
        "published_at": begin - timedelta(days=10),
        "opens_at": begin - timedelta(days=2),
        "closes_at": begin + timedelta(days=11),
        "announce_at": begin + timedelta(days=21),
        "starts_at": begin + timedelta(days=39),
        "ends_at": begin + timedelta(days=41),
    }
    if phase in ("in_review", "announced", "running", "finished"):
        dates["review_began_at"] = dates["closes_at"] + timedelta(hours=1)
    if phase in ("announced", "running", "finished"):
        dates["released_at"] = dates["announce_at"]
    if phase == "draft":
        dates["published_at"] = None
    if phase == "cancelled":
        dates |= {"cancelled_at": now - timedelta(days=1), "cancel_reason": "강사 사정"}
    return dates


def make_session(cohort, *, experts=(), **fields):
    """A meeting of `cohort`, three hours from its start, with `experts`."""
    number = next(_serial)
    begin = fields.get("starts_at") or cohort.starts_at or clock.now() + timedelta(days=30)
    defaults = {
        "title_ko": f"{number}회차",
        "title_en": f"Session {number}",
        "starts_at": begin,
        "ends_at": begin + timedelta(hours=3),
    }
    session = Session.objects.create(cohort=cohort, **(defaults | fields))
    for expert in experts:
        SessionExpert.objects.create(session=session, expert=expert)
    return session


def make_material(cohort, *, file=None, **fields):
    """What is handed out in `cohort`: a PDF, or what `link` says."""
    owner = fields.pop("made_by", None) or make_user()
    if not fields.get("link"):
        file = file or uploaded(make_pdf(), "자료.pdf")
        fields["upload"] = uploads.store(file, owner=owner, kinds=UploadKind.values, most_bytes=uploads.MOST_BYTES)
    defaults = {"title_ko": f"자료 {next(_serial)}", "title_en": f"Material {next(_serial)}"}
    return Material.objects.create(cohort=cohort, made_by=owner, **(defaults | fields))


def make_milestone(cohort, **fields):
    """A date of `cohort` between its close and its announcement: an interview."""
    begin = (cohort.closes_at or clock.now()) + timedelta(days=5)
    defaults = {"title_ko": "면접", "title_en": "Interviews", "at": begin, "until": begin + timedelta(days=1)}
    return Milestone.objects.create(cohort=cohort, **(defaults | fields))


def make_expert(**fields):
    """An expert who works in Korea."""
    number = next(_serial)
    defaults = {
        "slug": f"expert-{number}",
        "name_ko": f"남궁설{number}",
        "name_en": f"Namgung Seol {number}",
        "country": "KR",
        "specialism_ko": "사운드 믹서",
        "specialism_en": "Sound mixer",
    }
    return Expert.objects.create(**(defaults | fields))


def make_application(cohort=None, applicant=None, *, status=ApplicationStatus.SUBMITTED, answers=None, **fields):
    """An application in `status`, with what the status must have: receipt, deadline, number or reason.

    `answers` go on top of the usual ones, as do `motivation`, `career` and `goals`. Where it can be written in, its
    person has consented.
    """
    texts = {key: fields.pop(key) for key in LABELS if key in fields}
    now = clock.now()
    number = next(_serial)
    cohort = cohort or make_cohort()
    applicant = applicant or make_user()
    defaults = {
        "full_name": applicant.full_name,
        "romanized_name": applicant.romanized_name,
        "form_version": cohort.form_version,
    }
    written = {"motivation": "현장에서 배우고 싶습니다.", "career": "동시녹음 3년"} | texts | (answers or {})
    defaults["draft"] = as_draft(applicant.full_name, applicant.romanized_name, written)
    if status != ApplicationStatus.DRAFT:
        defaults |= {
            "answers": {key: value for key, value in written.items() if value},
            "sent_revision": 0,
            "receipt_serial": number,
            "receipt_number": f"{cohort.receipt_prefix}-{number:04d}",
            "submitted_at": now,
        }
    if status == ApplicationStatus.OFFERED:
        defaults["answer_by"] = now + timedelta(hours=cohort.offer_hours)
    if status == ApplicationStatus.CHANGES_REQUESTED:
        defaults |= {"changes_by": now + timedelta(days=3), "changes_note": "포트폴리오 주소가 열리지 않습니다."}
    if status in (ApplicationStatus.WAITLISTED, ApplicationStatus.CLOSED_OUT):
        defaults["waitlist_number"] = number
    if status == ApplicationStatus.REJECTED:
        defaults["reason_code"] = ReasonCode.SCORE
    if status in EDITABLE:
        make_consents(applicant, cohort)
    return Application.objects.create(cohort=cohort, applicant=applicant, status=status, **(defaults | fields))


def make_consents(person, cohort):
    """What `cohort` requires, agreed to by `person`."""
    for row in consents.rows(cohort, person, []):
        if row["required"] and not row["given"]:
            ConsentRecord.objects.create(user=person, version=row["version"], cohort=cohort, given=True)


def make_reference(application=None, **fields):
    """A letter asked of a referee for `application`, under the question `referee`; with `text` it has arrived."""
    number = next(_serial)
    defaults = {"question_key": "referee", "name": "남궁설", "email": f"referee{number}@example.com"}
    if fields.get("text"):
        defaults["received_at"] = clock.now()
    return ReferenceRequest.objects.create(application=application or make_application(), **(defaults | fields))


def make_enrolment(cohort=None, person=None, *, application=None, status="enrolled", **fields):
    """A place in `cohort`; with `application`, the one that application was confirmed for."""
    if application is not None:
        cohort, person = application.cohort, application.applicant
    defaults = {"ended_at": clock.now()} if status in ENDED else {}
    return Enrolment.objects.create(
        cohort=cohort or make_cohort(phase="running"),
        person=person or make_user(),
        application=application,
        status=status,
        **(defaults | fields),
    )


def make_certificate(enrolment=None, *, is_made=True, by=None, **fields):
    """A certificate of somebody who completed, by the operation; with its document unless told otherwise."""
    enrolment = enrolment or make_enrolment(make_cohort(phase="finished"), status="completed")
    certificate = certificates.issue(enrolment.pk, by=by)
    if is_made:
        certificates.make_documents(certificate.run_id)
    return certificate


def make_mentor(user=None, **fields):
    """A person who may be paired with four mentees in one cohort."""
    defaults = {"focus_ko": "시리즈 연출", "focus_en": "Directing for series"}
    return MentorProfile.objects.create(user=user or make_user(), **(defaults | fields))


def make_pairing(mentor=None, enrolment=None, **fields):
    """A live pair."""
    return Pairing.objects.create(
        mentor=mentor or make_mentor(),
        enrolment=enrolment or make_enrolment(application=make_application(status="confirmed")),
        **fields,
    )


def make_rematch(pairing=None, *, by=None, **fields):
    """A request for another pair that waits for the staff, by the mentee unless told."""
    pairing = pairing or make_pairing()
    by = by or pairing.enrolment.person
    side = Owner.MENTOR if by == pairing.mentor.user else Owner.MENTEE
    defaults = {"cause": "schedule", "text": "서로 비는 시간이 없습니다.", "due_at": clock.now() + DECIDED_WITHIN}
    return RematchRequest.objects.create(pairing=pairing, asker=by, side=side, **(defaults | fields))


def make_week(person=None, *parts, zone="Asia/Seoul", exceptions=(), **fields):
    """A person's usual week: `parts` as (weekday, from, until) in minutes; every day 9 to 18 without any."""
    week = Week.objects.create(person=person or make_user(), zone=zone, **fields)
    parts = parts or tuple((day, 9 * 60, 18 * 60) for day in range(7))
    WeekPart.objects.bulk_create(
        WeekPart(week=week, weekday=day, starts=starts, ends=ends) for day, starts, ends in parts
    )
    WeekException.objects.bulk_create(
        WeekException(week=week, first_day=first, last_day=last, starts=starts, ends=ends)
        for first, last, starts, ends in exceptions
    )
    return week


def make_mentoring_round(cohort=None, **fields):
    """The pairing of a cohort with mentoring, open for profiles and wishes."""
    cohort = cohort or make_cohort(make_program(has_mentoring=True), phase="running")
    now = clock.now()
    dates = {
        "opens_at": now - timedelta(days=1),
        "mentors_until": now + 3 * timedelta(days=1),
        "wishes_until": now + 3 * timedelta(days=1),
    }
    return MentoringRound.objects.create(cohort=cohort, **dates | fields)


def make_round_mentor(round_, mentor=None, *, state=RoundMentorState.TAKES_PART, **fields):
    """A mentor who takes part in a round, with a profile that says what they offer."""
    mentor = mentor or make_mentor(
        discipline="writing", skills=["pilot", "character"], languages=["ko"], confirmed_at=clock.now()
    )
    return RoundMentor.objects.create(round=round_, mentor=mentor, state=state, **fields)


def make_mentee_profile(round_, *wishes, enrolment=None, **fields):
    """A mentee of a round who has handed in what they look for; `wishes` are mentors, first wish first."""
    enrolment = enrolment or make_enrolment(round_.cohort, status="active")
    values = {
        "discipline": "writing",
        "skills": ["pilot"],
        "languages": ["ko"],
        "brief": "여덟 회 시리즈의 1회를 다듬고 싶습니다.",
        "submitted_at": clock.now(),
    }
    mentee = MenteeProfile.objects.create(enrolment=enrolment, **values | fields)
    Wish.objects.bulk_create(
        Wish(mentee=mentee, mentor=mentor, rank=rank) for rank, mentor in enumerate(wishes, start=1)
    )
    return mentee


def make_meeting(pairing=None, *, starts_at=None, minutes=60, **fields):
    """A meeting of a pair, tomorrow where nothing else is said."""
    starts_at = starts_at or clock.now() + timedelta(days=1)
    return Meeting.objects.create(
        pairing=pairing or make_pairing(),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        **fields,
    )


def make_held_meeting(pairing=None, *, days_ago=1, **fields):
    """A meeting of a pair that was held, yesterday where nothing else is said."""
    starts_at = clock.now() - timedelta(days=days_ago)
    ends_at = starts_at + timedelta(hours=1)
    facts = {"status": MeetingStatus.HELD, "minutes": 60, "settled_at": ends_at}
    return Meeting.objects.create(
        pairing=pairing or make_pairing(), starts_at=starts_at, ends_at=ends_at, **(facts | fields)
    )


def make_goal(pairing, text="1회 도입부를 정하기", **fields):
    """A goal of that pair, after those it has."""
    return Goal.objects.create(pairing=pairing, text=text, **({"position": pairing.goals.count() + 1} | fields))


def make_goal_milestone(goal, text="도입부 초고", **fields):
    """A step on the way to a goal."""
    return GoalMilestone.objects.create(goal=goal, text=text, **fields)


def make_action(pairing=None, text="1회 초고 보내기", *, owner=Owner.MENTEE, **fields):
    """What the mentee of a pair is to do, or with `owner` its mentor; open unless told."""
    pairing = pairing or make_pairing()
    return Action.objects.create(
        pairing=pairing, text=text, owner=owner, **({"added_by": pairing.mentor.user} | fields)
    )


def make_note(audience, pairing=None, *, by=None, text="오늘 이야기한 내용입니다.", **fields):
    """A note of a pair, by its mentor unless told."""
    pairing = pairing or make_pairing()
    return NOTES[audience].objects.create(pairing=pairing, author=by or pairing.mentor.user, text=text, **fields)


def make_sample(pairing=None, *, by=None, file=None, link="https://files.example.com/script", **fields):
    """A work sample of a pair, a link by its mentee unless told; `file` is the content of one."""
    pairing = pairing or make_pairing()
    fields = {"title": "1회 대본", "readable_until": clock.today() + timedelta(days=60)} | fields
    given = {"by": by or pairing.enrolment.person, **fields}
    if file is None:
        return samples.hand_in(pairing.pk, link=link, **given)
    with samples.prepared(uploaded(file, "1회 대본.pdf")) as ready:
        return samples.hand_in(pairing.pk, file=ready, **given)


def make_evaluation(pairing=None, *, status="draft", score=None, **fields):
    """What the mentor wrote; submitted it has both texts, and its time. With `score` each goal has that score."""
    pairing = pairing or make_pairing()
    defaults = {"author": pairing.mentor.user, "strengths": "인물의 동기가 분명합니다."}
    if status == EvaluationStatus.SUBMITTED:
        defaults |= {"next_steps": "3회 이후의 갈등을 더 쌓아 보십시오.", "submitted_at": clock.now()}
    evaluation = Evaluation.objects.create(pairing=pairing, status=status, **(defaults | fields))
    for goal in pairing.goals.all() if score else []:
        GoalScore.objects.create(evaluation=evaluation, goal=goal, score=score)
    return evaluation


def make_restriction(person=None, **fields):
    """A participation restriction that began yesterday and holds for thirty days."""
    now = clock.now()
    defaults = {"reason": "불참 2회", "from_at": now - timedelta(days=1), "until": now + timedelta(days=30)}
    return Restriction.objects.create(person=person or make_user(), **(defaults | fields))


def make_appeal(restriction=None, **fields):
    """An appeal that waits for its decision."""
    defaults = {"text": "그날은 병원에 있었습니다."}
    return Appeal.objects.create(restriction=restriction or make_restriction(), **(defaults | fields))


def make_round(cohort=None, *, number=1, criteria=(40, 60), reviewers=(), **fields):
    """A round of review that has begun, due in three days, of a cohort in review; `criteria` are weights out of 5.

    `reviewers` are people; each is invited. Criteria that the cohort has already are not added to.
    """
    now = clock.now()
    cohort = cohort or make_cohort(phase="in_review")
    defaults = {"starts_at": now - timedelta(days=1), "due_at": now + timedelta(days=3)}
    made = ReviewRound.objects.create(cohort=cohort, number=number, **(defaults | fields))
    last = cohort.criteria.count()
    for position, weight in enumerate(criteria, start=last + 1):
        Criterion.objects.create(
            cohort=cohort,
            round=made,
            title_ko=f"기준 {position}",
            title_en=f"Criterion {position}",
            weight=weight,
            position=position,
        )
    for person in reviewers:
        make_reviewer(made, person)
    return made


def make_reviewer(round_=None, user=None, **fields):
    """Somebody invited to review in a round, who has pledged confidentiality; the role comes with it."""
    round_ = round_ or make_round()
    user = user or make_user()
    if not user.grants.filter(role=Role.REVIEWER, cohort=round_.cohort).exists():
        make_grant(user, Role.REVIEWER, round_.cohort)
    return Reviewer.objects.create(round=round_, user=user, **({"pledged_at": clock.now()} | fields))


def make_review(round_=None, application=None, reviewer=None, *, points=None, **fields):
    """A review assigned to somebody who reviews in the round; with `points` in each criterion it is handed in."""
    round_ = round_ or make_round()
    application = application or make_application(round_.cohort, status=ApplicationStatus.IN_REVIEW)
    reviewer = reviewer or make_reviewer(round_).user
    if points is not None:
        scores = {str(criterion.pk): points for criterion in round_.criteria.all()}
        fields = {"scores": scores, "submitted_at": clock.now(), "saved_at": clock.now(), **fields}
    return Review.objects.create(round=round_, application=application, reviewer=reviewer, **fields)


def make_attendance(session, enrolment, status="present", **fields):
    """How somebody attended a session."""
    return Attendance.objects.create(session=session, enrolment=enrolment, status=status, **fields)


def make_excuse(enrolment=None, session=None, **fields):
    """A request to be excused from a session, which waits for its decision."""
    enrolment = enrolment or make_enrolment(status="active")
    session = session or make_session(enrolment.cohort)
    return Excuse.objects.create(enrolment=enrolment, session=session, **({"reason": "병원 진료"} | fields))


def make_course(days=5, hours=7, *, begun=None, people=1, **fields):
    """A cohort of so many days in a row with one session a day, of which `begun` have ended (all unless told).

    Returns the cohort, its sessions, and the enrolments of so many people who take part.
    """
    now = clock.now().replace(second=0, microsecond=0)
    begun = days if begun is None else begun
    first = now - timedelta(days=begun - 1, hours=hours, minutes=30)
    starts = [first + timedelta(days=day) for day in range(days)]
    dates = {"starts_at": starts[0], "ends_at": starts[-1] + timedelta(hours=hours)}
    cohort = make_cohort(phase="running", **(dates | {"hours": days * hours, "capacity": 400} | fields))
    sessions = [make_session(cohort, starts_at=at, ends_at=at + timedelta(hours=hours)) for at in starts]
    enrolled = [
        make_enrolment(application=make_application(cohort, status="confirmed"), status="active")
        for _person in range(people)
    ]
    return cohort, sessions, enrolled


def make_survey(cohort=None, **fields):
    """A survey of a running cohort with the core form, open from yesterday for a week."""
    now = clock.now()
    defaults = {"opens_at": now - timedelta(days=1), "closes_at": now + timedelta(days=6)}
    if "form_version" not in fields:
        fields["form_version"] = core_version()
    return Survey.objects.create(cohort=cohort or make_cohort(phase="running"), **(defaults | fields))


def make_asked(survey, count=1):
    """People whom `survey` asks."""
    if survey.asks == Asks.NAMED:
        return [Invited.objects.create(survey=survey, person=make_user()).person for _ in range(count)]
    return [make_enrolment(survey.cohort, status="completed").person for _ in range(count)]


def make_answered(survey, likert, *, nps=None, comments=()):
    """Answers to an anonymous survey: for each of `likert` a person with that step for every such question.

    `nps` are the steps of the recommendation, `comments` are triples of key, text and whether it may be shown.
    """
    keys = list(survey.form_version.questions.filter(type="likert").values_list("key", flat=True))
    for place, step in enumerate(likert):
        [person] = make_asked(survey)
        Ticket.objects.create(survey=survey, person=person)
        answers = dict.fromkeys(keys, str(step))
        Response.objects.create(survey=survey, answers=answers | ({"recommend": str(nps[place])} if nps else {}))
    for key, text, may_quote in comments:
        Comment.objects.create(survey=survey, key=key, text=text, may_quote=may_quote)
