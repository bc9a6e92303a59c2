"""The contract of SearchIndex, to be inherited by the test class of each engine.

An engine's class gives `index` (empty, ready) and, for paired worlds, `make_index`. Engine internals
(files, locks, damage) are tested beside, in the engine's own module.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from search.model import AccessFilter, IndexedRecord, Notice, SearchRequest, Sort, Span
from search.ports import SearchIndex

ADULTS = AccessFilter(frozenset({"adults"}), frozenset({"normal"}))


def record(record_id: str, text: str = "care plan", **changes: Any) -> IndexedRecord:
    """A record of adults' services, findable by ADULTS, with one page of text."""
    given: dict[str, Any] = {
        "record_id": record_id,
        "version": 1,
        "title": "Letter",
        "document_type": "letter",
        "document_date": date(2020, 5, 17),
        "filed_at": datetime(2021, 1, 1, tzinfo=UTC),
        "services": frozenset({"adults"}),
        "sensitivity": "normal",
        "pages": (text,),
    }
    return IndexedRecord(**{**given, **changes})


def ids(
    index: SearchIndex,
    text: str,
    access: AccessFilter | tuple[AccessFilter, ...] = ADULTS,
    **more: Any,
) -> list[str]:
    """Ids of the hits, in order."""
    return [hit.record_id for hit in index.search(SearchRequest(text, access, **more)).hits]


def joined(snippet: tuple[Span, ...]) -> str:
    """A snippet with its hits in brackets."""
    return "".join(f"[{span.text}]" if span.is_hit else span.text for span in snippet)


class IndexContract:
    """Inherit and provide the fixture make_index: a function giving new, empty, ready indexes."""

    @pytest.fixture
    def index(self, make_index: Callable[[], SearchIndex]) -> SearchIndex:
        return make_index()

    def test_an_empty_index_answers_with_nothing(self, index: SearchIndex) -> None:
        results = index.search(SearchRequest("plan", ADULTS))
        assert (results.hits, results.total, results.by_type) == ((), 0, ())
        assert index.count() == 0 and index.versions() == {}

    @pytest.mark.parametrize(
        "access",
        [
            AccessFilter(),
            AccessFilter(services=frozenset({"adults"})),
            AccessFilter(sensitivities=frozenset({"normal"})),
            AccessFilter(frozenset({"children"}), frozenset({"normal"})),
            AccessFilter(frozenset({"adults"}), frozenset({"sealed"})),
            AccessFilter(frozenset({"adults"}), frozenset({"normal"}), client_ids=frozenset()),
            AccessFilter(frozenset({"adults"}), frozenset({"normal"}), frozenset({"c9"})),
            AccessFilter(
                frozenset({"adults"}), frozenset({"normal"}), except_client_ids=frozenset({"c1"})
            ),
            replace(ADULTS, record_ids=frozenset()),
            replace(ADULTS, record_ids=frozenset({"r9", "R1", "", "c1"})),
            replace(ADULTS, except_record_ids=frozenset({"r1"})),
            replace(ADULTS, record_ids=frozenset({"r1"}), except_record_ids=frozenset({"r1"})),
            replace(ADULTS, record_ids=frozenset({"r1"}), client_ids=frozenset({"c9"})),
            replace(ADULTS, record_ids=frozenset({"r1"}), except_client_ids=frozenset({"c2"})),
            AccessFilter(record_ids=frozenset({"r1"})),
        ],
    )
    def test_who_is_not_let_in_by_every_part_of_the_filter_sees_nothing(
        self, index: SearchIndex, access: AccessFilter
    ) -> None:
        index.upsert([record("r1", client_ids=frozenset({"c1", "c2"}))])
        for text in ("plan", "", "type:letter", '"care plan"', "pl*", "plann", "-zebra plan"):
            results = index.search(SearchRequest(text, access))
            assert (results.hits, results.total, results.suggestion) == ((), 0, None)
            assert results.by_type == results.by_year == ()

    def test_a_record_without_service_or_sensitivity_is_found_by_nobody(
        self, index: SearchIndex
    ) -> None:
        index.upsert([record("r1", services=frozenset()), record("r2", sensitivity="")])
        access = AccessFilter(frozenset({"adults", ""}), frozenset({"normal", ""}))
        assert ids(index, "plan", access) == []

    def test_of_several_filters_any_one_lets_in_and_none_lets_in_nothing(
        self, index: SearchIndex
    ) -> None:
        other = AccessFilter(frozenset({"children"}), frozenset({"sealed"}))
        children = frozenset({"children"})
        index.upsert(
            [
                record("r1"),
                record("r2", services=children, sensitivity="sealed"),
                record("r3", services=children),
                record("r4", sensitivity="sealed"),
            ]
        )
        assert index.search(SearchRequest("plan", (ADULTS, other))).total == 2
        assert index.search(SearchRequest("plan", (other,))).hits[0].record_id == "r2"
        assert index.search(SearchRequest("", ())).total == 0

    def test_record_ids_narrow_and_excepted_ones_are_hidden_within_their_filter(
        self, index: SearchIndex
    ) -> None:
        index.upsert([record(f"r{number}", client_ids=frozenset({"c1"})) for number in range(5)])
        named = replace(ADULTS, record_ids=frozenset({"r1", "r2", "r3", "gone"}))
        but_two = replace(named, except_record_ids=frozenset({"r2"}))
        assert ids(index, "plan", named) == ["r1", "r2", "r3"]
        assert ids(index, "plan", but_two) == ["r1", "r3"]
        of_no_other = replace(named, except_client_ids=frozenset({"c9"}))
        assert ids(index, "plan", of_no_other) == ["r1", "r2", "r3"]
        only_two = replace(ADULTS, record_ids=frozenset({"r2", "r4"}))
        assert ids(index, "plan", (but_two, only_two)) == ["r1", "r2", "r3", "r4"]

    def test_ids_follow_a_record_that_is_changed_or_deleted(self, index: SearchIndex) -> None:
        named = replace(ADULTS, record_ids=frozenset({"r1", "r2"}))
        others = replace(ADULTS, except_record_ids=frozenset({"r1"}))
        index.upsert([record("r1"), record("r2"), record("r3")])
        assert ids(index, "plan", named) == ["r1", "r2"]
        index.upsert([record("r1", "new plan", version=2)])
        index.delete({"r2": 1})
        assert (ids(index, "plan", named), ids(index, "plan", others)) == (["r1"], ["r3"])
        index.tidy()
        assert (ids(index, "plan", named), ids(index, "plan", others)) == (["r1"], ["r3"])

    def test_any_number_of_ids_is_obeyed_to_the_last(self, index: SearchIndex) -> None:
        index.upsert([record("r1", client_ids=frozenset({"c1"})), record("r2"), record("r3")])
        many = frozenset(f"x{number}" for number in range(70_000))
        named = replace(ADULTS, record_ids=many | {"r1", "r2"}, except_client_ids=many | {"c1"})
        hidden = replace(ADULTS, except_record_ids=many | {"r1", "r3"})
        about = replace(ADULTS, client_ids=many | {"c1"}, except_record_ids=many)
        assert ids(index, "plan", named) == ["r2"] == ids(index, "plan", hidden)
        assert ids(index, "plan", about) == ["r1"]
        assert ids(index, "plam", (about, named)) == ["r1", "r2"]

    def test_ids_that_are_no_text_are_nobodys(self, index: SearchIndex) -> None:
        index.upsert([record("r1", client_ids=frozenset({"c1"}))])
        odd = frozenset({"\ud800", "\0", "", "r1 ", "*", "x" * 100_000})
        assert ids(index, "plan", replace(ADULTS, record_ids=odd)) == []
        assert ids(index, "plan", replace(ADULTS, client_ids=odd)) == []
        hidden = replace(ADULTS, except_record_ids=odd, except_client_ids=odd)
        assert ids(index, "plan", hidden) == ["r1"]

    @pytest.mark.parametrize("text", ["plan", "reveiw", "zebra care", "pl*", "", "secrat", "-care"])
    def test_paired_worlds_answer_alike_where_records_are_hidden_by_id(
        self, make_index: Callable[[], SearchIndex], text: str
    ) -> None:
        seen = [record("a", "plan plan of a meeting"), record("b", "review of care"), record("d")]
        hidden = [
            record(f"h{number}", "review zebra secret care " * number, document_type="kept back")
            for number in range(1, 7)
        ]
        without, with_hidden = make_index(), make_index()
        without.upsert(seen)
        for one in [*hidden[:3], *seen, *hidden[3:]]:
            with_hidden.upsert([one])
        by_id = replace(ADULTS, except_record_ids=frozenset(one.record_id for one in hidden))
        by_name = tuple(
            replace(
                ADULTS, record_ids=frozenset({one, "gone"}), except_record_ids=frozenset({"h1"})
            )
            for one in ("a", "b", "d")
        )
        for access in (by_id, by_name):
            expected = without.search(SearchRequest(text, ADULTS))
            assert with_hidden.search(SearchRequest(text, access)) == expected

    def test_one_shared_service_or_client_is_enough_to_be_found(self, index: SearchIndex) -> None:
        both = frozenset({"adults", "children"})
        index.upsert([record("r1", services=both, client_ids=frozenset({"c1", "c2"}))])
        access = AccessFilter(frozenset({"adults"}), frozenset({"normal"}), frozenset({"c2"}))
        assert ids(index, "plan", access) == ["r1"]

    @pytest.mark.parametrize(
        "text",
        [
            "plan",
            "care plan review",
            "plan OR zebra",
            "zebra",
            "rev*",
            "reveiw",
            '"care plan"',
            "the plan of care for a review meeting next week",
            "",
            "secret",
            "secrat",
        ],
    )
    @pytest.mark.parametrize("sort", list(Sort))
    def test_paired_worlds_with_and_without_hidden_records_answer_alike(
        self, make_index: Callable[[], SearchIndex], text: str, sort: Sort
    ) -> None:
        seen = [
            record("a", "plan plan plan of a meeting", document_date=date(2019, 1, 1)),
            record("b", "care and review of care", document_type="review"),
            record("c", "the care plan was reviewed " + "then " * 40),
            record("d", "zebra crossing plan", title="Review"),
        ]
        hidden = [
            record(f"h{number}", "review review zebra secret care " * number, services=other)
            for number, other in enumerate([frozenset({"children"})] * 9, start=1)
        ]
        without, with_hidden = make_index(), make_index()
        without.upsert(seen)
        for one in [*hidden[:4], *seen, *hidden[4:]]:
            with_hidden.upsert([one])
        request = SearchRequest(text, ADULTS, sort=sort)
        assert with_hidden.search(request) == without.search(request)

    def test_a_suggestion_is_never_made_of_a_hidden_record(self, index: SearchIndex) -> None:
        index.upsert([record("h", "safeguarding", services=frozenset({"children"}))])
        results = index.search(SearchRequest("safegarding", ADULTS))
        assert (results.total, results.notice, results.suggestion) == (0, None, None)

    def test_a_misspelt_word_finds_the_near_one_and_says_so(self, index: SearchIndex) -> None:
        index.upsert([record("r1", "a safeguarding concern")])
        results = index.search(SearchRequest("safegarding concern", ADULTS))
        assert [hit.record_id for hit in results.hits] == ["r1"]
        assert results.notice is Notice.NEAR_SPELLINGS
        assert results.suggestion == "safeguarding concern"

    def test_upsert_replaces_all_of_the_record(self, index: SearchIndex) -> None:
        index.upsert([record("r1", "old words")])
        index.upsert([record("r1", "new text", version=2)])
        assert ids(index, "old") == [] and ids(index, "new") == ["r1"]
        assert dict(index.versions()) == {"r1": 2}

    def test_of_one_record_twice_in_a_call_the_later_wins(self, index: SearchIndex) -> None:
        index.upsert([record("r1", "first"), record("r1", "second", version=2)])
        assert (ids(index, "first"), ids(index, "second"), index.count()) == ([], ["r1"], 1)

    def test_delete_makes_a_record_vanish_and_unknown_ids_are_no_error(
        self, index: SearchIndex
    ) -> None:
        index.upsert([record("r1"), record("r2")])
        index.delete({"r1": 1, "never-was": 1})
        assert ids(index, "plan") == ["r2"] and dict(index.versions()) == {"r2": 1}
        index.tidy()
        assert ids(index, "plan") == ["r2"] and index.check().deleted_waiting == 0

    def test_rebuild_holds_exactly_what_it_is_given(self, index: SearchIndex) -> None:
        index.upsert([record("r1")])
        index.rebuild([record("r2"), record("r3"), record("r3", version=4)])
        assert dict(index.versions()) == {"r2": 1, "r3": 4}

    def test_a_rebuild_that_fails_leaves_the_old_index(self, index: SearchIndex) -> None:
        index.upsert([record("r1")])

        def broken() -> Any:
            yield record("r2")
            raise RuntimeError("rows are gone")

        with pytest.raises(RuntimeError, match="rows are gone"):
            index.rebuild(broken())
        assert ids(index, "plan") == ["r1"]

    @pytest.mark.parametrize(
        "text",
        [
            "*", "(((", "😀", "👍🏽 ok", "x" * 10_000, "a " * 5_000, "\0", "plan\0", "the of and",
            '"', '""', '"care', "-", "- -", "--plan", "-plan", "OR", "OR OR OR", "AND plan", "type:",
            "ref:::", "client:-", "[a TO b]", "title:(a OR", "a*b*c", "\\", "\u202e\u200b", "ŵŷ", "'",
            "1/0/0", "99/99/9999", "31 February 2020", "/" * 500, "a-" * 500, '"' * 99, "pl*n", "~1",
            "\ud800",
        ],
    )  # fmt: skip
    def test_odd_questions_get_a_clear_answer(self, index: SearchIndex, text: str) -> None:
        index.upsert([record("r1")])
        results = index.search(SearchRequest(text, ADULTS))
        assert results.total == len(results.hits) <= 1
        assert results.hits or results.notice or results.by_type == ()

    def test_only_stop_words_are_looked_for_as_they_are(self, index: SearchIndex) -> None:
        index.upsert([record("r1", "to be or not to be"), record("r2", "nothing")])
        assert ids(index, "to be") == ["r1"]

    def test_nothing_to_search_for_and_too_much_are_said(self, index: SearchIndex) -> None:
        assert index.search(SearchRequest("***", ADULTS)).notice is Notice.NO_WORDS
        assert index.search(SearchRequest("x" * 10_000, ADULTS)).notice is Notice.TOO_LONG

    @pytest.mark.parametrize(
        ("written", "asked"),
        [
            ("assessments were made", "assessing"),
            ("Mr O'Neill called", "oneill"),
            ("Mr O’Neill’s letter", "O'Neill"),
            ("Mr ONEILL", "O'Neill"),
            ("Mr O Neill", "O'Neill"),
            ("Siân Llŷr Cŵn", "sian llyr cwn"),
            ("Sia\u0302n", "Siân"),
            ("Smith-Jones", "smith jones"),
            ("Smith-Jones", "SmithJones"),
            ("Smith Jones", "smith-jones"),
            ("the assess-\nment", "assessment"),
            ("seen on 12/03/2014", "12 March 2014"),
            ("seen on 12th of March, 2014", "12/3/2014"),
            ("seen on 12.03.14", "12 mar 2014"),
            ("ar 12 Mawrth 2014", "2014-03-12"),
            ("born 1.2.56", "1 February 1956"),
            ("ref BA/568286/39", "ba/568286/39"),
            ("ref BA/568286/39", "BA56828639"),
            ("NHS 999 123 4567", "9991234567"),
            ("NHS 9991234567", "999 123 4567"),
            ("NHS 999-123-4567", "NHS 999 123 4567"),
            ("NI QQ 12 34 56 C", "QQ123456C"),
            ("of SA1 3SN", "sa13sn"),
            ("call 01792 123456", "01792123456"),
            ("a.person@example.org", "a.person@example.org"),
        ],
    )
    def test_names_dates_and_numbers_are_found_however_written(
        self, index: SearchIndex, written: str, asked: str
    ) -> None:
        index.upsert([record("r1", written), record("r2", "something else of 11/03/2014")])
        results = index.search(SearchRequest(asked, ADULTS))
        assert [hit.record_id for hit in results.hits] == ["r1"] and results.notice is None
        assert any(span.is_hit for span in results.hits[0].snippet)

    def test_all_words_come_first_and_some_words_are_said(self, index: SearchIndex) -> None:
        index.upsert([record("r1", "hospital discharge"), record("r2", "hospital transport")])
        assert ids(index, "hospital discharge") == ["r1"]
        results = index.search(SearchRequest("discharge transport", ADULTS))
        assert (results.total, results.notice) == (2, Notice.SOME_WORDS)

    def test_a_sentence_is_answered_by_what_has_most_of_it(self, index: SearchIndex) -> None:
        index.upsert(
            [record("r1", "discharge from hospital with oxygen"), record("r2", "oxygen bill")]
        )
        asked = "who arranged the oxygen at discharge from the hospital in spring"
        assert ids(index, asked) == ["r1", "r2"]

    def test_marks_mean_what_they_say(self, index: SearchIndex) -> None:
        index.upsert([record("r1", "care plan agreed"), record("r2", "plan for care home")])
        assert ids(index, '"care plan"') == ["r1"]
        assert ids(index, "plan -agreed") == ["r2"]
        assert ids(index, "agr*") == ["r1"]
        assert sorted(ids(index, "agreed OR home")) == ["r1", "r2"]

    def test_shortcuts_look_in_their_own_place_only(self, index: SearchIndex) -> None:
        index.upsert(
            [
                record("r1", "about Mary", client_names=("Ann Lee",), identifiers=("CF/12",)),
                record("r2", "about Ann", client_names=("Mary Poe",), document_type="court report"),
            ]
        )
        assert ids(index, "client:ann") == ["r1"] and ids(index, "ref:cf12") == ["r1"]
        assert ids(index, "type:court") == ["r2"]

    def test_pages_that_match_are_named_and_phrases_do_not_cross_pages(
        self, index: SearchIndex
    ) -> None:
        index.upsert([record("r1", pages=("a plan", "", "blank of care", "plan for care"))])
        hit = index.search(SearchRequest("care", ADULTS)).hits[0]
        assert hit.page_numbers == (3, 4) and hit.why == ("text",)
        assert hit.snippet_page == 3 and joined(hit.snippet) == "blank of [care]"
        assert ids(index, '"care plan"') == []

    def test_a_match_in_the_title_alone_names_no_page(self, index: SearchIndex) -> None:
        index.upsert([record("r1", "nothing else", title="Court order")])
        hit = index.search(SearchRequest("court", ADULTS)).hits[0]
        assert (hit.page_numbers, hit.why) == ((), ("title",))

    def test_facets_narrow_and_count_what_is_seen(self, index: SearchIndex) -> None:
        index.upsert(
            [
                record("r1", document_type="review", document_date=date(2019, 12, 31)),
                record("r2", document_date=None, client_ids=frozenset({"c1"})),
                record("r3", document_date=date(2020, 1, 1)),
                record("h", services=frozenset({"children"})),
            ]
        )
        results = index.search(SearchRequest("plan", ADULTS))
        assert [(one.value, one.count) for one in results.by_type] == [("letter", 2), ("review", 1)]
        assert [one.value for one in results.by_year] == ["2021", "2020", "2019"]
        assert ids(index, "plan", document_type="review") == ["r1"]
        assert ids(index, "plan", client_id="c1") == ["r2"]
        assert ids(index, "plan", from_date=date(2020, 1, 1), to_date=date(2020, 12, 31)) == ["r3"]

    def test_order_is_total_and_pages_do_not_overlap(self, index: SearchIndex) -> None:
        index.upsert([record(f"r{number}") for number in (3, 1, 4, 2, 5)])
        pages = [ids(index, "plan", page=page, page_size=2) for page in (1, 2, 3, 4)]
        assert pages == [["r1", "r2"], ["r3", "r4"], ["r5"], []]

    def test_newest_and_oldest_go_by_the_documents_date(self, index: SearchIndex) -> None:
        index.upsert([record("r1", document_date=date(2001, 1, 1)), record("r2")])
        assert ids(index, "plan", sort=Sort.NEWEST) == ["r2", "r1"]
        assert ids(index, "", sort=Sort.OLDEST) == ["r1", "r2"]
        assert ids(index, "") == ["r2", "r1"]
