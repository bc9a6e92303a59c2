"""Looking for a title's pieces first never passes over a text that holds a likeness of it."""

from hypothesis import example, given
from hypothesis import strategies as st

from scanning.indexing.cues import LEAST_HEAD_LIKENESS, load_cues
from scanning.indexing.likeness import holds_likeness_of, pieces_of

TITLES = sorted({cue.folded.strip() for cue in load_cues() if cue.pieces})
SLIP = st.tuples(
    st.integers(0, 60), st.sampled_from(["drop", "add", "change"]), st.sampled_from("abl ")
)


def slipped(title: str, slips: list[tuple[int, str, str]]) -> str:
    for place, what, letter in slips:
        at = place % (len(title) + 1)
        if what == "add":
            title = title[:at] + letter + title[at:]
        else:
            title = title[:at] + (letter if what == "change" else "") + title[at + 1 :]
    return title


@given(st.sampled_from(TITLES), st.lists(SLIP, max_size=6), st.text("abl eno", max_size=30))
@example(TITLES[0], [], "")
def test_a_piece_stands_wherever_a_likeness_does(
    title: str, slips: list[tuple[int, str, str]], around: str
) -> None:
    text = f"{around} {slipped(title, slips)} {around}" + " " * len(title)
    if holds_likeness_of(text, title, LEAST_HEAD_LIKENESS):
        assert any(piece in text for piece in pieces_of(title, LEAST_HEAD_LIKENESS))


def test_pieces_are_the_whole_title() -> None:
    for title in TITLES:
        pieces = pieces_of(title, LEAST_HEAD_LIKENESS)
        assert "".join(pieces) == title and all(pieces)
