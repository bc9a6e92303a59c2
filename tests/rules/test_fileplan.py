"""The file plan's data: whole, and pointing at classes that exist."""

import pytest

from edrms.fileplan import (
    Sensitivity,
    document_type,
    load_document_types,
    load_record_classes,
    record_class,
)


def test_the_file_plan_has_sixty_two_types_with_codes_of_their_own() -> None:
    codes = [each.code for each in load_document_types()]
    assert codes == [f"D{number:02d}" for number in range(1, 63)]


def test_every_type_has_a_class_for_each_of_its_services() -> None:
    for each in load_document_types():
        assert all(each.record_class_for(service) for service in each.services)


def test_every_class_a_type_names_exists() -> None:
    known = {each.id for each in load_record_classes()}
    assert {c for each in load_document_types() for _, c in each.record_classes} <= known


def test_adoption_papers_are_sealed() -> None:
    sealed = {t.code for t in load_document_types() if t.sensitivity is Sensitivity.SEALED}
    assert sealed == {"D13", "D14"}


def test_a_childrens_type_has_no_class_on_an_adults_file() -> None:
    assert document_type("D06").record_class_for("adults") is None
    assert document_type("D06").record_class_for("children") == "C03"


def test_an_invoice_has_its_class_on_every_file() -> None:
    assert document_type("D46").record_class_for("adults") == "X01"
    assert document_type("D46").record_class_for("children") == "X01"


def test_an_unknown_code_or_class_is_refused() -> None:
    with pytest.raises(KeyError):
        document_type("D99")
    with pytest.raises(KeyError):
        record_class("Z01")
