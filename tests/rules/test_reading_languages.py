"""English first, Welsh where the words look Welsh."""

import pytest

from scanning.reading.languages import first_languages, looks_welsh

WELSH = "Mae'r gwasanaeth wedi trefnu cyfarfod yn yr ysgol; diolch am eich llythyr."
ENGLISH = (
    "Dear Mr Evans, thank you for your letter. Mrs Ceri Llewellyn of Ysgol Bryn Awel, Heol yr Eglwys, "
    "will call on Monday about Bryn and the report. Ar 12 and YN 4 are the forms she will bring. "
) * 3


@pytest.mark.parametrize("languages", ["eng+cym", "cym+eng"])
def test_english_and_welsh_begin_with_english(languages: str) -> None:
    assert first_languages(languages) == "eng"


@pytest.mark.parametrize("languages", ["eng", "cym", "eng+pol", "eng+cym+pol"])
def test_any_other_choice_is_read_as_a_whole(languages: str) -> None:
    assert first_languages(languages) == languages


def test_a_sentence_of_welsh_looks_welsh() -> None:
    assert looks_welsh(WELSH) and looks_welsh(WELSH.replace("'", "’").upper())


def test_a_page_of_both_looks_welsh() -> None:
    assert looks_welsh(ENGLISH + WELSH)


def test_welsh_names_in_an_english_letter_do_not() -> None:
    assert not looks_welsh(ENGLISH)


@pytest.mark.parametrize("text", ["", "12 34", "yn", "yn yn yn yn yn"])
def test_next_to_nothing_does_not(text: str) -> None:
    assert not looks_welsh(text)
