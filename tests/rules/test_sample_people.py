"""The invented register: its numbers are valid, its families hold together, and it is repeatable."""

from collections import Counter

from stdnum.gb import nhs

from scanning.sample_post.people import CAST_SIZE, make_clients, make_strangers, nhs_check_digit

CLIENTS = make_clients()
BY_KEY = {client.key: client for client in CLIENTS}


def test_the_register_holds_as_many_clients_as_asked_for() -> None:
    assert len(CLIENTS) == 200
    assert len(make_clients(count=CAST_SIZE)) == CAST_SIZE


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    assert make_clients(7) == make_clients(7)
    assert make_clients(7) != make_clients(8)


def test_a_smaller_register_is_the_beginning_of_a_larger_one() -> None:
    few = make_clients(count=60)
    assert [client.nhs_number for client in few] == [c.nhs_number for c in CLIENTS[:60]]


def test_every_nhs_number_is_a_valid_test_number_given_once() -> None:
    numbers = [person.nhs_number for person in (*CLIENTS, *make_strangers())]
    assert all(number.startswith("999") and nhs.is_valid(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


def test_the_check_digit_agrees_with_the_published_example() -> None:
    # 943 476 5919 is the worked example of the NHS Data Dictionary.
    assert nhs_check_digit("943476591") == 9


def test_keys_references_and_households_are_each_given_once() -> None:
    for values in (
        [client.key for client in CLIENTS],
        [client.case_reference for client in CLIENTS],
    ):
        assert len(set(values)) == len(values)
    homes = {(c.household_key, c.uprn, c.postcode, c.address_lines) for c in CLIENTS}
    assert len(homes) == len({client.household_key for client in CLIENTS})


def test_the_case_reference_tells_the_service() -> None:
    systems = {(client.service, client.system) for client in CLIENTS}
    assert systems == {("children", "LCS"), ("adults", "LAS")}
    assert all(client.case_reference.startswith(f"{client.system}/") for client in CLIENTS)


def test_every_address_is_in_a_postcode_area_that_does_not_exist() -> None:
    assert all(client.postcode.startswith("ZZ") for client in CLIENTS)


def test_every_relationship_is_told_from_both_sides_within_one_household() -> None:
    other_side = {"parent": "child", "child": "parent", "sibling": "sibling"}
    ties = [(client, tie) for client in CLIENTS for tie in client.relationships]
    assert len(ties) > 60
    for client, tie in ties:
        other = BY_KEY[tie.other_key]
        back = [one.kind for one in other.relationships if one.other_key == client.key]
        assert back == [other_side[tie.kind]]
        assert other.household_key == client.household_key


def test_there_are_twins_of_nearly_one_name() -> None:
    one, other = BY_KEY["carys-bevan"], BY_KEY["cerys-bevan"]
    assert one.date_of_birth == other.date_of_birth
    assert one.address_lines == other.address_lines
    assert sum(a != b for a, b in zip(one.name, other.name, strict=True)) == 1


def test_there_are_two_people_of_one_name_and_a_father_and_son_of_one_name() -> None:
    names = Counter(client.name for client in CLIENTS)
    assert names["Margaret Doyle"] >= 2
    father, son = BY_KEY["tomasz-nowakowski-father"], BY_KEY["tomasz-nowakowski-son"]
    assert father.name == son.name
    assert father.date_of_birth < son.date_of_birth


def test_a_parent_may_be_an_adult_client_of_their_own() -> None:
    mother = BY_KEY["ngozi-okonkwo"]
    assert mother.service == "adults"
    assert {BY_KEY[tie.other_key].service for tie in mother.relationships} == {"children"}


def test_nobody_dies_before_birth_or_after_the_post_came() -> None:
    dead = [client for client in CLIENTS if client.date_of_death is not None]
    assert dead
    for client in dead:
        assert client.date_of_death is not None
        assert client.date_of_birth < client.date_of_death
        assert client.date_of_death.isoformat() <= "2026-11-02"


def test_strangers_are_in_no_register() -> None:
    names = {client.name for client in CLIENTS}
    assert all(stranger.name not in names for stranger in make_strangers())
