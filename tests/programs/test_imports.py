"""Earlier years brought in from tables."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from portal import clock
from portal.errors import Refused
from portal.models import AuditEvent, OutgoingMail
from programs import import_rows
from programs.models.eligibility import Restriction
from programs.models.enrolments import Enrolment
from programs.models.experts import Expert
from programs.models.imports import Choice, Import, ImportRow
from programs.operations import imports
from tests import make

pytestmark = pytest.mark.django_db
HEAD = "이메일,성명,영문 성명,수료 여부\n"


def over(**fields):
    """A cohort that is over."""
    return make.make_cohort(phase="finished", **({"capacity": 50} | fields))


def take_in(cohort, *lines, head=HEAD, by=None):
    text = head + "".join(f"{line}\n" for line in lines)
    return imports.take_in("participants", text.encode(), "2023.csv", by=by or make.make_admin(), cohort=cohort)


def verdicts(batch):
    return [(row.line, row.verdict, row.problem) for row in batch.rows.all()]


def row(batch, line):
    return batch.rows.get(line=line)


def test_people_come_in_with_an_account_an_enrolment_and_no_mail():
    cohort, staff = over(), make.make_admin()
    known = make.make_user("known@example.com", full_name="남궁별", romanized_name="Namgung Byeol")
    mails = OutgoingMail.objects.count()
    batch = take_in(
        cohort,
        "New@Example.com,김다별,Kim Dabyeol,수료",
        "known@example.com,남궁 별,,미수료",
        "third@example.com,Amara Lindholm,,no-show",
        by=staff,
    )
    assert verdicts(batch) == [(2, "new", ""), (3, "known", ""), (4, "new", "")]
    assert not Enrolment.objects.exists()

    batch = imports.apply(batch.pk, by=staff)
    found = {row.person.email: row for row in Enrolment.objects.select_related("person")}
    assert {email: row.status for email, row in found.items()} == {
        "new@example.com": "completed",
        "known@example.com": "not_completed",
        "third@example.com": "no_show",
    }
    assert {row.ended_at for row in found.values()} == {cohort.ends_at}
    assert {row.application for row in found.values()} == {None}
    new = User.objects.get(email="new@example.com")
    assert (new.full_name, new.romanized_name, new.has_usable_password()) == ("김다별", "Kim Dabyeol", False)
    assert found["known@example.com"].person == known
    assert OutgoingMail.objects.count() == mails
    assert not Restriction.objects.exists()
    assert (batch.counts["new"], batch.counts["known"], batch.counts["accounts"]) == (2, 1, 2)
    assert AuditEvent.objects.filter(verb="person.opened", by=staff).count() == 2
    assert AuditEvent.objects.filter(verb="enrolment.brought_in", by=staff).count() == 3

    imports.apply(batch.pk, by=staff)  # once more is the same as once
    assert Enrolment.objects.count() == 3


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (",김다별,,수료", "empty"),
        ("a@example.com,,,수료", "empty"),
        ("a@example.com,김다별,,", "empty"),
        ("no address,김다별,,수료", "bad_email"),
        ("closed1@invalid.example,김다별,,수료", "bad_email"),
        (f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com,김다별,,수료", "bad_email"),
        ("a@example.com,김다별,,훌륭함", "bad_outcome"),
        (f"a@example.com,{'김' * 61},,수료", "too_long"),
    ],
)
def test_a_row_that_cannot_come_in_says_why(line, problem):
    batch = take_in(over(), line)
    assert verdicts(batch) == [(2, "refused", problem)]
    assert str(import_rows.reason_of(row(batch, 2)))
    batch = imports.apply(batch.pk, by=make.make_admin())
    assert (batch.counts["refused"], Enrolment.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("수료", "completed"),
        (" Completed ", "completed"),
        ("미 수료", "not_completed"),
        ("NOT-COMPLETED", "not_completed"),
        ("중도포기", "dropped"),
        ("No show", "no_show"),
    ],
)
def test_outcomes_are_known_in_both_languages(word, status):
    batch = take_in(over(), f"a@example.com,김다별,,{word}")
    imports.apply(batch.pk, by=make.make_admin())
    assert Enrolment.objects.get().status == status


def test_the_same_person_twice_in_a_table_comes_in_once():
    batch = take_in(over(), "a@example.com,김다별,,수료", "A@example.com,김다별,,미수료")
    assert verdicts(batch) == [(2, "new", ""), (3, "refused", "twice")]
    assert row(batch, 3).detail == "2"


def test_who_is_there_already_stays_as_they_are():
    cohort = over()
    same = make.make_enrolment(cohort, status="completed").person
    other = make.make_enrolment(cohort, status="dropped").person
    batch = take_in(cohort, f"{same.email},{same.full_name},,수료", f"{other.email},{other.full_name},,수료")
    assert verdicts(batch) == [(2, "there", ""), (3, "refused", "otherwise")]
    imports.apply(batch.pk, by=make.make_admin())
    assert Enrolment.objects.filter(cohort=cohort).count() == 2


def test_an_address_with_another_name_is_left_out_until_somebody_says_it_is_the_same():
    cohort = over()
    person = make.make_user("park@example.com", full_name="박소울", romanized_name="Park Soul")
    batch = take_in(cohort, "park@example.com,박새울,,수료")
    assert verdicts(batch) == [(2, "doubtful", "name_differs")]
    assert row(batch, 2).choice == Choice.LEAVE

    imports.decide(batch.pk, {row(batch, 2).pk: Choice.SAME})
    imports.apply(batch.pk, by=make.make_admin())
    assert Enrolment.objects.get().person == person
    person.refresh_from_db()
    assert person.full_name == "박소울"


def test_an_address_with_another_name_is_never_another_person():
    make.make_user("park@example.com", full_name="박소울")
    batch = take_in(over(), "park@example.com,박새울,,수료")
    imports.decide(batch.pk, {row(batch, 2).pk: Choice.NEW})
    assert row(batch, 2).choice == Choice.LEAVE


def test_a_namesake_is_another_person_unless_somebody_knows_better():
    cohort = over()
    person = make.make_user("old@example.com", full_name="임마루")
    batch = take_in(cohort, "new@example.com,임마루,,수료")
    assert (row(batch, 2).verdict, row(batch, 2).choice) == ("doubtful", Choice.NEW)
    assert "old@example.com" not in row(batch, 2).detail

    imports.decide(batch.pk, {row(batch, 2).pk: Choice.SAME})
    imports.apply(batch.pk, by=make.make_admin())
    assert Enrolment.objects.get().person == person
    assert not User.objects.filter(email="new@example.com").exists()


def test_of_several_namesakes_none_is_meant():
    cohort = over()
    make.make_user(full_name="임마루")
    make.make_user(full_name="임마루")
    batch = take_in(cohort, "new@example.com,임마루,,수료")
    imports.decide(batch.pk, {row(batch, 2).pk: Choice.SAME})
    assert (row(batch, 2).person, row(batch, 2).choice) == (None, Choice.NEW)


def test_two_rows_never_mean_one_person():
    cohort = over()
    person = make.make_user("old@example.com", full_name="임마루")
    batch = take_in(cohort, "old@example.com,임마루,,수료", "new@example.com,임마루,,수료")
    namesake = row(batch, 3)
    imports.decide(batch.pk, {namesake.pk: Choice.SAME})
    assert verdicts(batch) == [(2, "known", ""), (3, "refused", "twice")]
    imports.apply(batch.pk, by=make.make_admin())
    assert list(Enrolment.objects.values_list("person", flat=True)) == [person.pk]


def test_nobody_comes_in_beyond_the_seats_and_whoever_did_not_come_took_none():
    cohort = over(capacity=2)
    make.make_enrolment(cohort, status="completed")
    batch = take_in(
        cohort,
        "a@example.com,김가온,,불참",
        "b@example.com,김나온,,수료",
        "c@example.com,김다온,,수료",
        "d@example.com,김라온,,불참",
    )
    assert [verdict for _line, verdict, _problem in verdicts(batch)] == ["new", "new", "refused", "new"]
    imports.apply(batch.pk, by=make.make_admin())
    assert Enrolment.objects.filter(cohort=cohort).counted().count() == 2


def test_a_closed_account_is_not_opened_by_a_table():
    person = make.make_user("gone@example.com", is_active=False)
    batch = take_in(over(), f"gone@example.com,{person.full_name},,수료")
    assert verdicts(batch) == [(2, "refused", "closed")]


def test_only_a_cohort_that_is_over_takes_a_table(settings):
    cohort = over()
    settings.DEMO_NOW = cohort.ends_at - timedelta(microseconds=1)
    with pytest.raises(Refused):
        take_in(cohort, "a@example.com,김다별,,수료")
    settings.DEMO_NOW = cohort.ends_at
    batch = take_in(cohort, "a@example.com,김다별,,수료")
    cohort.cancelled_at = clock.now()
    cohort.cancel_reason = "폐강"
    cohort.save()
    with pytest.raises(Refused):
        imports.apply(batch.pk, by=make.make_admin())


@pytest.mark.parametrize("text", ["", HEAD, "성명,수료 여부\n김다별,수료\n", "\x00\x01"])
def test_a_table_that_is_none_leaves_nothing(text):
    with pytest.raises(Refused):
        imports.take_in("participants", text.encode(), "x.csv", by=make.make_admin(), cohort=over())
    assert not Import.objects.exists()


def test_what_has_changed_since_it_was_shown_is_not_brought_in():
    cohort = over()
    batch = take_in(cohort, "a@example.com,김다별,,수료", "b@example.com,김나별,,수료")
    make.make_user("a@example.com", full_name="김다별")
    with pytest.raises(Refused):
        imports.apply(batch.pk, by=make.make_admin())
    assert not Enrolment.objects.exists()
    imports.decide(batch.pk, {})  # looks again
    assert row(batch, 2).verdict == "known"
    imports.apply(batch.pk, by=make.make_admin())
    assert Enrolment.objects.count() == 2


def test_a_discarded_table_is_gone_and_brings_nothing_in():
    batch = take_in(over(), "a@example.com,김다별,,수료")
    imports.discard(batch.pk, by=make.make_admin())
    imports.discard(batch.pk, by=make.make_admin())
    assert not ImportRow.objects.exists()
    with pytest.raises(Refused):
        imports.apply(batch.pk, by=make.make_admin())
    with pytest.raises(Refused):
        imports.decide(batch.pk, {})
    batch.refresh_from_db()
    assert batch.counts["new"] == 1


def test_an_applied_table_is_not_discarded():
    batch = take_in(over(), "a@example.com,김다별,,수료")
    imports.apply(batch.pk, by=make.make_admin())
    with pytest.raises(Refused):
        imports.discard(batch.pk, by=make.make_admin())


def test_rows_are_erased_after_thirty_days_and_what_came_in_stays():
    done = take_in(over(), "a@example.com,김다별,,수료")
    imports.apply(done.pk, by=make.make_admin())
    waiting = take_in(over(), "b@example.com,김나별,,수료")
    last = waiting.uploaded_at + imports.KEEP_ROWS
    assert imports.forget_rows(done.uploaded_at + imports.KEEP_ROWS - timedelta(microseconds=1)) == 0
    assert imports.forget_rows(last) == 2
    assert imports.forget_rows(last) == 0
    assert not ImportRow.objects.exists()
    assert Enrolment.objects.count() == 1
    waiting.refresh_from_db()
    assert (waiting.discarded_at, waiting.counts["new"]) == (last, 1)


EXPERTS = "성명,영문 성명,국가,전문 분야,전문 분야 (영문)\n"


def test_experts_come_in_once_and_one_name_in_common_is_a_doubt():
    known = Expert.objects.create(
        slug="namgung-seol",
        name_ko="남궁설",
        name_en="Namgung Seol",
        country="KR",
        specialism_ko="음향",
        specialism_en="Sound",
    )
    text = EXPERTS + (
        "남궁설,Namgung Seol,KR,음향,Sound\n"
        "남궁설,Nam Koongseol,대한민국,음향,Sound\n"
        "에바 린드,Eva Lind,스웨덴,색보정,Color grading\n"
        "에바 린드,Eva Lind,SE,색보정,Color grading\n"
        "에바 린드 2,Eva Lind 2,Atlantis,색보정,Color grading\n"
        "한결,Namgung-Seol!,kr,미술,Art\n"
    )
    batch = imports.take_in("experts", text.encode("cp949"), "experts.csv", by=make.make_admin())
    assert [(verdict, problem) for _line, verdict, problem in verdicts(batch)] == [
        ("there", ""),
        ("doubtful", "same_expert"),
        ("new", ""),
        ("refused", "twice"),
        ("refused", "bad_country"),
        ("new", ""),
    ]
    imports.decide(batch.pk, {row(batch, 3).pk: Choice.NEW})
    batch = imports.apply(batch.pk, by=make.make_admin())
    assert batch.counts["brought_in"] == 3
    assert sorted(Expert.objects.values_list("slug", flat=True)) == [
        "eva-lind",
        "nam-koongseol",
        "namgung-seol",
        "namgung-seol-2",
    ]
    known.refresh_from_db()
    assert known.specialism_en == "Sound"


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a@example.com", "b@example.com", "c@example.com", "x", ""]),
            st.sampled_from(["김다별", "임마루", "Kim", ""]),
            st.sampled_from(["수료", "미수료", "불참", "?"]),
            st.sampled_from([*Choice.values, ""]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_whatever_a_table_says_nobody_is_in_twice_or_beyond_the_seats(lines):
    cohort = over(capacity=2)
    make.make_user("a@example.com" if not User.objects.filter(email="a@example.com") else None, full_name="임마루")
    batch = take_in(cohort, *(f"{email},{name},,{outcome}" for email, name, outcome, _choice in lines))
    wanted = dict(zip([found.pk for found in batch.rows.all()], [choice for *_cells, choice in lines], strict=True))
    imports.decide(batch.pk, {pk: choice for pk, choice in wanted.items() if choice})
    imports.apply(batch.pk, by=make.make_admin())
    mine = Enrolment.objects.filter(cohort=cohort)
    assert mine.counted().count() <= 2
    assert mine.count() == len(set(mine.values_list("person", flat=True)))
    assert mine.count() == ImportRow.objects.filter(batch=batch, is_done=True).count()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_staff_apply_a_table_at_once():
    cohort, staff = over(), make.make_admin()
    batch = take_in(cohort, *(f"p{number}@example.com,김다별{number},,수료" for number in range(20)), by=staff)
    start = threading.Barrier(2)
    failed = []

    def go():
        start.wait()
        try:
            imports.apply(batch.pk, by=staff)
        except Exception as error:  # noqa: BLE001 (whatever it is, the test shows it)
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=go) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert Enrolment.objects.filter(cohort=cohort).count() == 20
    assert AuditEvent.objects.filter(verb="import.applied").count() == 1


def test_a_thousand_rows_cost_as_many_queries_as_ten(django_assert_max_num_queries):
    cohort = over(capacity=2000)
    with django_assert_max_num_queries(30):
        batch = take_in(cohort, *(f"p{number}@example.com,김다별{number},,수료" for number in range(1000)))
    with django_assert_max_num_queries(80):
        imports.apply(batch.pk, by=batch.by)
    assert Enrolment.objects.filter(cohort=cohort).count() == 1000


def test_whoever_came_in_from_a_table_finds_it_on_their_page(client):
    person = make.make_user("known@example.com", full_name="남궁별", language="ko")
    batch = take_in(over(), "known@example.com,남궁별,,수료")
    imports.apply(batch.pk, by=make.make_admin())
    enrolment = Enrolment.objects.get(person=person)
    client.force_login(person)
    page = client.get("/ko/my/").text
    assert f"/ko/my/learning/{enrolment.code}/" in page
    assert client.get(f"/ko/my/learning/{enrolment.code}/").status_code == 200


def test_who_signs_up_while_a_table_is_applied_stops_it_in_words(monkeypatch):
    batch = take_in(over(), "a@example.com,김다별,,수료", "b@example.com,김나별,,수료")
    bring_in = imports.bring_in

    def with_somebody_in_between(*arguments):
        make.make_user("b@example.com")
        bring_in(*arguments)

    monkeypatch.setattr(imports, "bring_in", with_somebody_in_between)
    with pytest.raises(Refused):
        imports.apply(batch.pk, by=make.make_admin())
    assert not Enrolment.objects.exists()
    assert not User.objects.filter(email="a@example.com").exists()
