"""Every list costs the same number of queries for one row and for three hundred."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from accounts.models import ConsentRecord, Term, TermVersion
from mentoring.models.mentors import MentorProfile
from mentoring.models.timetables import Timetable
from partners.models.organizations import OrganizationKind
from portal import clock
from portal.models import MailTemplate, OutgoingMail, TextTemplate
from programs.models.applications import Offer
from programs.models.experts import Expert
from programs.models.selection import ReviewRound
from tests import make
from tests.mentoring.camps import make_camp
from tests.programs.interviews import make_interviews

pytestmark = pytest.mark.django_db
MANY = 300


def queries(client, address):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
    assert response.status_code == 200
    return len(captured)


def cohorts(count):
    program = make.make_program(partners=[make.make_organization()])
    for _row in range(count):
        make.make_session(make.make_cohort(program))


def applications(count, person=None):
    cohort = make.make_cohort(phase="announced", capacity=999)
    for number in range(count):
        own = make.make_cohort(phase="announced") if person else cohort
        make.make_application(own, person, status="waitlisted", waitlist_number=number + 1)
        make.make_milestone(own)


def enrolments(count):
    for _row in range(count):
        make.make_enrolment(application=make.make_application(status="confirmed"))


def experts(count):
    cohort = make.make_cohort()
    for _row in range(count):
        make.make_session(cohort, experts=[make.make_expert()])


def partners(count):
    for _row in range(count):
        make.make_agreement(parties=[make.make_organization(kind=OrganizationKind.COMPANY)])


def people(count):
    for _row in range(count):
        make.make_user(role="instructor", scope=make.make_cohort())


def mentees(count, mentor):
    for _row in range(count):
        make.make_pairing(mentor, make.make_enrolment(application=make.make_application(status="confirmed")))


def restrictions(count):
    for _row in range(count):
        make.make_appeal(make.make_restriction(make.make_user()))


def certificates(count, person=None):
    for _row in range(count):
        enrolment = make.make_enrolment(make.make_cohort(phase="finished"), person, status="completed")
        make.make_certificate(enrolment, is_made=False)


def references(count):
    for number in range(count):
        make.make_reference(text="추천합니다." if number % 2 else "")


def panels(count):
    for _row in range(count):
        make_interviews(slots=2, people=0)


def texts(count):
    for _row in range(count):
        term = Term.objects.create(slug=uuid4().hex, kind="portrait")
        version = TermVersion.objects.create(term=term, number=1, title_ko="촬영", in_force_at=clock.now())
        ConsentRecord.objects.create(user=make.make_user(), version=version, cohort=make.make_cohort(), given=True)


def excuses(count):
    for _row in range(count):
        make.make_excuse()


def rematches(count):
    for _row in range(count):
        make.make_rematch()


def mails(count):
    for _row in range(count):
        person = make.make_user()
        OutgoingMail.objects.create(
            event="received",
            reason=uuid4().hex,
            person=person,
            to=person.email,
            language="ko",
            subject="1",
            body="1",
        )


def wordings(count):
    boss = make.make_admin()
    for number in range(count):
        last = MailTemplate.objects.count()
        event = ("received", "offered")[number % 2]
        MailTemplate.objects.create(
            event=event, language="ko", number=last + 1, subject="1", body="1", made_by=boss
        )


def messages(count):
    for _row in range(count):
        number = TextTemplate.objects.count() + 1
        TextTemplate.objects.create(
            event="offered", channel="sms", number=number, sender="+82212345678", body_ko="1", body_en="1"
        )


def camps(count):
    boss = make.make_admin()
    for _row in range(count):
        camp = make_camp(mentors=0, days=0, interpreters=0)
        Timetable.objects.create(camp=camp, number=1, problem={}, digest="1", made_by=boss)


PUBLIC = {
    "catalog": cohorts,
    "calendar": cohorts,
    "calendar-ics": cohorts,
    "instructors": experts,
    "partners": partners,
    "agreements": partners,
    "home": cohorts,
}
ADMIN = {
    "admin:index": cohorts,
    "admin:programs_cohort_changelist": cohorts,
    "admin:programs_program_changelist": cohorts,
    "admin:programs_form_changelist": cohorts,
    "admin:programs_application_changelist": applications,
    "admin:programs_enrolment_changelist": enrolments,
    "admin:programs_session_changelist": cohorts,
    "admin:programs_expert_changelist": experts,
    "admin:partners_organization_changelist": partners,
    "admin:partners_agreement_changelist": partners,
    "admin:accounts_user_changelist": people,
    "admin:accounts_rolegrant_changelist": people,
    "admin:accounts_term_changelist": texts,
    "admin:accounts_termversion_changelist": texts,
    "admin:accounts_consentrecord_changelist": texts,
    "admin:programs_referencerequest_changelist": references,
    "admin:programs_restriction_changelist": restrictions,
    "admin:programs_certificate_changelist": certificates,
    "admin:programs_panel_changelist": panels,
    "admin:programs_appeal_changelist": restrictions,
    "admin:programs_excuse_changelist": excuses,
    "admin:mentoring_rematchrequest_changelist": rematches,
    "admin:mentoring_camp_changelist": camps,
    "admin:portal_outgoingmail_changelist": mails,
    "admin:portal_mailtemplate_changelist": wordings,
    "admin:portal_texttemplate_changelist": messages,
    "admin:portal_auditevent_changelist": applications,
}


def test_the_results_of_three_hundred_cost_what_those_of_one_do(client):
    cohort = make.make_cohort(phase="announced", capacity=999)
    round_ = make.make_round(cohort)

    def fill(count):
        for _row in range(count):
            for kind in ("first", "promotion"):
                offered = make.make_application(cohort, status="offered")
                until = clock.now() + timedelta(hours=1)
                Offer.objects.create(application=offered, kind=kind, expires_at=until)

    with override("ko"):
        address = reverse("cohort-results", args=[cohort.program.slug, cohort.slug])
        fill(1)
        queries(client, address)
        one = queries(client, address)
        fill(MANY)
        assert queries(client, address) == one
    assert round_.cohort.rounds.count() == 1


@pytest.mark.parametrize("name", [*PUBLIC, *ADMIN])
def test_one_row_and_three_hundred_cost_the_same(client, name):
    fill = (PUBLIC | ADMIN)[name]
    if name in ADMIN:
        client.force_login(make.make_admin())
    with override("ko"):
        address = reverse(name)
        fill(1)
        queries(client, address)  # what is read once and kept, such as content types, is read now
        one = queries(client, address)
        fill(MANY)
        assert queries(client, address) == one


def test_a_roster_of_three_hundred_costs_what_one_of_one_does(client):
    cohort, [session], _people = make.make_course(days=1)
    expert = make.make_expert(user=make.make_user())
    session.session_experts.create(expert=expert)

    def fill(count):
        for _row in range(count):
            enrolment = make.make_enrolment(application=make.make_application(cohort, status="confirmed"))
            make.make_attendance(session, enrolment, marked_by=expert.user)

    client.force_login(expert.user)
    with override("ko"):
        addresses = [reverse(name, args=[session.code]) for name in ("teaching-session", "teaching-sheet")]
        fill(1)
        one = [(queries(client, address), queries(client, address))[1] for address in addresses]
        fill(MANY)
        assert [queries(client, address) for address in addresses] == one
        client.force_login(make.make_admin())
        address = reverse("admin:programs_cohort_attendance", args=[cohort.pk])
        queries(client, address)
        many = queries(client, address)
        fill(1)
        assert queries(client, address) == many


def mails(count, person):
    OutgoingMail.objects.bulk_create(
        OutgoingMail(
            reason=f"r{uuid4().hex}", person=person, to=person.email, language="ko", subject="제목", body="글"
        )
        for _row in range(count)
    )


def consents(count, person):
    version = TermVersion.objects.get(term__slug="portrait")
    for _row in range(count):
        ConsentRecord.objects.create(user=person, version=version, cohort=make.make_cohort(), given=True)


def reviews(count, person):
    round_ = ReviewRound.objects.first() or make.make_round(reviewers=[person])
    for _row in range(count):
        make.make_review(round_, reviewer=person)


def sessions(count, person):
    expert = Expert.objects.filter(user=person).first() or make.make_expert(user=person)
    for _row in range(count):
        cohort = make.make_cohort(phase="running", ends_at=clock.now() + timedelta(days=9))
        session = make.make_session(cohort, experts=[expert], starts_at=clock.now() + timedelta(days=1))
        make.make_attendance(session, make.make_enrolment(cohort, status="active"))


@pytest.mark.parametrize(
    "name", ["my", "my-mail", "my-privacy", "my-certificates", "mentoring", "reviews", "teaching"]
)
def test_a_persons_own_lists_cost_the_same(client, name):
    person = make.make_user()
    client.force_login(person)
    mentor = make.make_mentor(person, capacity=999)

    def fill(count):
        if name == "my":
            applications(count, person)
        elif name == "my-mail":
            mails(count, person)
        elif name == "my-certificates":
            certificates(count, person)
        elif name == "my-privacy":
            consents(count, person)
        elif name == "reviews":
            reviews(count, person)
        elif name == "teaching":
            sessions(count, person)
        else:
            mentees(count, mentor)

    with override("ko"):
        address = reverse(name)
        fill(1)
        queries(client, address)
        one = queries(client, address)
        fill(MANY)
        assert queries(client, address) == one
    assert MentorProfile.objects.count() == 1
