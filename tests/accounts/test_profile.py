"""The profile: name, language, time zone."""

import pytest

from portal.models import AuditEvent
from tests.accounts.doors import make_member, url

pytestmark = pytest.mark.django_db

FORM = {"full_name": "남궁별", "romanized_name": "Namgung Byeol", "language": "ko", "time_zone": "Asia/Seoul"}


def test_a_person_changes_what_is_theirs_and_goes_on_in_the_chosen_language(client):
    user = make_member()
    client.force_login(user)
    response = client.post(
        url("profile"), FORM | {"language": "en", "time_zone": "Europe/Paris", "is_superuser": "on"}
    )
    assert response["Location"] == url("profile", "en")
    assert "Your profile has been saved." in client.get(response["Location"]).content.decode()
    user.refresh_from_db()
    assert (user.full_name, user.romanized_name) == ("남궁별", "Namgung Byeol")
    assert (user.language, user.time_zone, user.is_superuser) == ("en", "Europe/Paris", False)
    [event] = AuditEvent.objects.all()
    assert (event.verb, event.by, event.target_id) == ("person.changed", user, user.pk)
    assert event.after == "full_name, romanized_name, language, time_zone"


def test_saving_what_is_there_already_leaves_no_trace(client):
    client.force_login(make_member(**FORM))
    assert client.post(url("profile"), FORM).status_code == 302
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"full_name": "김다별 900101-1234567"}, "full_name"),
        ({"romanized_name": "a" * 81}, "romanized_name"),
        ({"language": "fr"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_stays(client, change, field):
    client.force_login(make_member())
    response = client.post(url("profile"), FORM | change)
    assert list(response.context["form"].errors) == [field]
    assert not AuditEvent.objects.exists()


def test_an_empty_form_is_an_error_and_no_page_without_words(client):
    client.force_login(make_member())
    assert list(client.post(url("profile")).context["form"].errors) == ["full_name", "language", "time_zone"]


def test_a_zone_that_is_not_in_the_list_stays_choosable(client):
    user = make_member(time_zone="America/Bogota")
    client.force_login(user)
    assert client.get(url("profile")).context["form"]["time_zone"].value() == "America/Bogota"
    client.post(url("profile"), FORM | {"time_zone": "America/Bogota"})
    user.refresh_from_db()
    assert user.time_zone == "America/Bogota"


def test_a_zone_that_does_not_exist_can_be_left_behind(client):
    user = make_member(time_zone="Mars/Olympus")
    client.force_login(user)
    client.post(url("profile"), FORM)
    user.refresh_from_db()
    assert user.time_zone == "Asia/Seoul"
