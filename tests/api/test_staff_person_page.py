"""Whose an account is, by the administrator's page: bad input first, and never two people by mistake."""

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from edrms.staff.persons import is_somebody_else
from tests.api.test_identity_requests import Office, office
from tests.service.events import events, personal_detail

__all__ = ["office"]


def say(office: Office, admin: FlaskClient, name: str, **given: str) -> TestResponse:
    return office.post(admin, f"/staff/{office.ids[name]}/person", **given)


def recorded(office: Office) -> int:
    return len(events(office.instance, "staff:person:set"))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "employee_number"),
        ({"employee_number": "  "}, "employee_number"),
        ({"employee_number": "9" * 40}, "employee_number"),
        ({"employee_number": "E1", "email": "nobody"}, "email"),
        ({"email": "@"}, "email"),
    ],
)
def test_what_is_wrong_is_named_on_the_page_and_nothing_is_recorded(
    office: Office, given: dict[str, str], field: str
) -> None:
    answer = say(office, office.signed_in("adam"), "bob", **given)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text and f'id="{field}"' in answer.text
    assert recorded(office) == 0


def test_a_number_of_another_account_is_taken_only_if_both_are_said_to_be_one_persons(
    office: Office,
) -> None:
    admin = office.signed_in("adam")
    assert "same_person" not in admin.get(f"/staff/{office.ids['bob']}").text
    assert say(office, admin, "ann", employee_number="E 100").status_code == 303
    taken = say(office, admin, "bob", employee_number="e-100")
    assert taken.status_code == 422
    assert "The account ann has it too" in taken.text and 'name="same_person"' in taken.text
    assert told_apart(office) is None and recorded(office) == 1
    assert say(office, admin, "bob", employee_number="E200").status_code == 303
    assert told_apart(office) is True
    same = say(office, admin, "bob", employee_number="e-100", same_person="yes")
    assert same.status_code == 303 and told_apart(office) is False
    again = say(office, admin, "bob", employee_number="E200", email="bob@borchester.example")
    assert again.status_code == 303 and told_apart(office) is True
    event = events(office.instance, "staff:person:set")[-1]
    assert event.actor_id == office.ids["adam"] and event.subject_id == office.ids["bob"]
    assert "bob@borchester.example" in personal_detail(office.instance, event)
    page = admin.get(f"/staff/{office.ids['bob']}").text
    assert "bob@borchester.example" in page


def told_apart(office: Office) -> bool | None:
    with office.instance.database.read() as session:
        return is_somebody_else(session, office.ids["bob"], [office.ids["ann"]])


def test_nobody_says_whose_their_own_account_is_and_only_administrators_say_it(
    office: Office,
) -> None:
    admin = office.signed_in("adam")
    assert 'name="employee_number"' not in admin.get(f"/staff/{office.ids['adam']}").text
    own = say(office, admin, "adam", employee_number="E1")
    assert own.status_code == 303 and "recorded by somebody else" in admin.get(own.location).text
    assert say(office, office.signed_in("ann"), "bob", employee_number="E1").status_code == 404
    absent = office.post(admin, f"/staff/{'0' * 32}/person", employee_number="E1")
    assert absent.status_code in (404, 422) and recorded(office) == 0
