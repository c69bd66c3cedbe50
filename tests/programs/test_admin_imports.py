"""The pages on which a table is handed in, looked at and applied."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal import csvs
from programs.models.enrolments import Enrolment
from programs.models.experts import Expert
from programs.models.imports import Import, ImportRow
from programs.operations import imports
from tests import make

pytestmark = pytest.mark.django_db
TEXT = (
    "이메일,성명,영문 성명,수료 여부,반\n"
    "new@example.com,김다별,Kim Dabyeol,수료,1\n"
    "park@example.com,박새울,,미수료,1\n"
    "wrong,=1+1,,수료,2\n"
)


@pytest.fixture
def cohort():
    return make.make_cohort(phase="finished", capacity=20)


@pytest.fixture
def staff(client):
    person = make.make_admin(language="en")
    client.force_login(person)
    return person


def hand_in(client, cohort, text=TEXT, name="2023년 참여자.csv"):
    address = reverse("admin:programs_import_participants", args=[cohort.pk])
    return client.post(address, {"file": SimpleUploadedFile(name, text.encode(), "text/csv")})


def test_from_the_cohorts_page_to_people_in_the_cohort(client, staff, cohort):
    make.make_user("park@example.com", full_name="박소울", romanized_name="Park Soul")
    overview = client.get(reverse("admin:programs_cohort_overview", args=[cohort.pk])).text
    assert reverse("admin:programs_import_participants", args=[cohort.pk]) in overview
    assert "new@example.com" not in client.get(reverse("admin:programs_import_participants", args=[cohort.pk])).text

    answer = hand_in(client, cohort)
    batch = Import.objects.get()
    assert answer.url == reverse("admin:programs_import_rows", args=[batch.pk])
    page = client.get(answer.url).text
    assert "The account with this address has another name: Park Soul" in page or "박소울" in page
    assert "Bring in 1 row" in page
    assert "This is no e-mail address." in client.get(f"{answer.url}?show=refused").text

    doubtful = batch.rows.get(line=3)
    client.post(answer.url, {"deed": "decide", f"row-{doubtful.pk}": "same"})
    assert "Bring in 2 rows" in client.get(answer.url).text
    client.post(answer.url, {"deed": "apply"})
    assert Enrolment.objects.filter(cohort=cohort).count() == 2
    page = client.get(answer.url).text
    assert "Applied" in page
    assert 'name="deed"' not in page
    assert "2023년 참여자.csv" in client.get(reverse("admin:programs_import_changelist")).text


def test_applying_takes_the_decisions_of_the_page_along(client, staff, cohort):
    make.make_user("park@example.com", full_name="박소울")
    address = hand_in(client, cohort).url
    doubtful = ImportRow.objects.get(line=3)
    client.post(address, {"deed": "apply", f"row-{doubtful.pk}": "same"})
    assert Enrolment.objects.filter(person__email="park@example.com").exists()


def test_a_table_that_cannot_be_read_says_so_where_it_was_chosen(client, staff, cohort):
    for text, words in (
        ("", "The file is empty."),
        ("성명\n김다별\n", "The table has no column for: E-mail, How it ended."),
        ("이메일,성명,결과\n", "The table has no rows."),
    ):
        answer = hand_in(client, cohort, text)
        assert answer.status_code == 200
        assert words in answer.text
    answer = client.post(reverse("admin:programs_import_participants", args=[cohort.pk]), {})
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"]
    assert not Import.objects.exists()


def test_a_file_beyond_the_limit_is_refused_in_words(client, staff, cohort, monkeypatch):
    answer = hand_in(client, cohort, "a" * (csvs.MOST_BYTES + 1))
    assert "The file is larger than 5 MB." in answer.text


def test_a_cohort_that_is_not_over_takes_none(client, staff):
    cohort = make.make_cohort(phase="running")
    assert "Only participants of a cohort that is over" in hand_in(client, cohort).text


def test_what_does_not_come_in_can_be_taken_along_with_the_reason(client, staff, cohort):
    hand_in(client, cohort)
    batch = Import.objects.get()
    answer = client.get(reverse("admin:programs_import_left_out", args=[batch.pk]))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["Line", "E-mail", "Full name", "Name in English", "How it ended", "Reason"]
    assert rows[1:] == [["4", "wrong", "'=1+1", "", "수료", "This is no e-mail address."]]


@pytest.mark.parametrize("kind", ["participants", "experts"])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_example_is_a_table_that_comes_in(client, cohort, kind, language):
    client.force_login(make.make_admin(language=language))
    example = client.get(reverse("admin:programs_import_example", args=[kind])).content.decode("utf-8-sig")
    if kind == "participants":
        address = hand_in(client, cohort, example).url
    else:
        file = SimpleUploadedFile("experts.csv", example.encode(), "text/csv")
        address = client.post(reverse("admin:programs_import_experts"), {"file": file}).url
    client.post(address, {"deed": "apply"})
    batch = Import.objects.get()
    assert batch.counts["refused"] == 0
    assert batch.counts["brought_in"] == (Enrolment if kind == "participants" else Expert).objects.count() > 0


def test_discarding_leaves_nothing(client, staff, cohort):
    address = hand_in(client, cohort).url
    client.post(address, {"deed": "discard"})
    page = client.get(address).text
    assert "The rows of the table are erased." in page
    assert not ImportRow.objects.exists()
    assert client.get(reverse("admin:programs_import_left_out", args=[Import.objects.get().pk])).status_code == 404


@pytest.mark.parametrize(
    "typed",
    [{"deed": "nothing"}, {}, {"deed": "decide", "row-x": "same", "row-9999999": "same", "row-1": "everything"}],
)
def test_what_no_button_sends_does_nothing(client, staff, cohort, typed):
    address = hand_in(client, cohort).url
    assert client.post(address, typed).status_code in (302, 404)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("query", ["?show=x", "?show=refused&page=99999999999", "?page=-1", "?show=new&page=²"])
def test_hostile_addresses_show_the_page(client, staff, cohort, query):
    address = hand_in(client, cohort).url
    assert client.get(address + query).status_code == 200


def test_managers_bring_people_into_their_own_cohorts_alone(client, cohort):
    client.force_login(make.make_manager(cohort.program, language="en"))
    address = hand_in(client, cohort).url
    assert client.get(address).status_code == 200
    other = make.make_cohort(phase="finished")
    assert hand_in(client, other).status_code == 404
    client.force_login(make.make_manager(other.program, language="en"))
    assert client.get(address).status_code == 404
    assert client.post(address, {"deed": "apply"}).status_code == 404
    assert Import.objects.get().is_open


def test_whoever_closes_their_account_is_in_no_table_any_more(client, staff, cohort):
    from accounts import privacy

    person = make.make_user("new@example.com", full_name="김다별")
    hand_in(client, cohort)
    assert ImportRow.objects.filter(cells__email="new@example.com").exists()
    privacy.erase(person)
    assert not ImportRow.objects.filter(cells__email="new@example.com").exists()


def test_two_hundred_rows_cost_as_many_queries_as_two(client, staff, cohort, django_assert_max_num_queries):
    lines = "".join(f"p{number}@example.com,김다별{number},,수료\n" for number in range(200))
    address = hand_in(client, cohort, "이메일,성명,영문 성명,결과\n" + lines).url
    imports.decide(Import.objects.get().pk, {})
    with django_assert_max_num_queries(12):
        client.get(f"{address}?show=refused")
