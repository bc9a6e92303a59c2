"""`python -m tests.quality [DIRECTORY] [--scorers DIRECTORY] [--out DIRECTORY] [--post] [--matching] ...`

Accuracy of the whole product on labelled sets kept outside the project, and on the sample post; and of
matching, and the misfile detector, alone on generated post over a register of 100,000 clients.
Writes the predictions to the output directory, prints the figures, and ends with 1 when any
document filed itself on a wrong file (of generated post more than one in a thousand), a separator was
missed or imagined, or the list of misfiles is not precise enough.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tests.quality.captures import captures_table
from tests.quality.generated.figures import LETTERS, calibrate, measure_matching
from tests.quality.generated.misfiling import measure_misfiles
from tests.quality.measure import run_scorer, run_sets, score, score_topics, write_predictions
from tests.quality.post import measure_post
from tests.quality.report import post_table, set_table, topics_line
from tests.quality.separation import measure_separation, predict_barcodes, separation_table
from tests.quality.sets import load_sets
from tests.quality.topics import measure_topics

_WIDE = 130  # where it is written to a file
console = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)


def main(arguments: list[str]) -> int:
    """Measure what was asked for; 1 if anything filed itself wrongly or a sheet was mistaken."""
    asked = _arguments(arguments)
    if asked.calibrate:
        calibrate(console)
        return 0
    with tempfile.TemporaryDirectory(prefix="edrms-quality-") as scratch:
        wrong = 0
        if asked.directory is not None:
            wrong += _sets(asked, Path(scratch) / "sets")
        if asked.matching:
            wrong += not measure_matching(console, asked.engine, asked.letters)
        if asked.misfiles:
            wrong += not measure_misfiles(console, asked.engine, asked.letters // 2)
        if asked.post or not (asked.directory or asked.matching or asked.misfiles):
            wrong += _separation(asked.out)
            wrong += _post(asked.out, Path(scratch) / "post", asked.workers)
    return 1 if wrong else 0


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.quality", description=__doc__)
    parser.add_argument("directory", type=Path, nargs="?", help="where the labelled sets lie")
    parser.add_argument("--scorers", type=Path, help="where the scorers lie")
    parser.add_argument("--out", type=Path, default=Path("var/quality"))
    parser.add_argument("--post", action="store_true", help="measure the sample post too")
    parser.add_argument("--matching", action="store_true", help="measure matching on its own")
    parser.add_argument("--misfiles", action="store_true", help="measure the misfile detector")
    parser.add_argument(
        "--letters",
        type=int,
        default=LETTERS,
        help="how many for --matching, twice those for --misfiles",
    )
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--calibrate", action="store_true", help="fit the scores of matching")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args([argument for argument in arguments if argument])


def _sets(asked: argparse.Namespace, home: Path) -> int:
    sets = load_sets(asked.directory)
    wrong = 0
    measured = run_sets(sets, home, asked.workers)
    for one in sets:
        shutil.rmtree(asked.out / one.name, ignore_errors=True)
        predictions = write_predictions(one.name, measured[one.name], asked.out)
        console.print(set_table(one.name, measured[one.name]))
        if asked.scorers is not None:
            for text in score(one, predictions, asked.scorers):
                console.print(text, markup=False)
        if (captured := captures_table(measured[one.name])) is not None:
            console.print(captured)
        wrong += sum(file.filed_wrongly for file in measured[one.name])
    _barcodes(asked)
    for topics in measure_topics(asked.directory, asked.out):
        console.print(topics_line(topics))
        if asked.scorers is not None:
            console.print(score_topics(topics, asked.scorers), markup=False)
    return wrong


def _barcodes(asked: argparse.Namespace) -> None:
    folder = asked.directory / "barcodes"
    if folder.is_dir():
        predicted = predict_barcodes(folder, asked.out / "barcodes.jsonl")
        if asked.scorers is not None:
            scorer = asked.scorers / "barcode_score.py"
            console.print(run_scorer(scorer, folder, predicted), markup=False)


def _separation(out: Path) -> int:
    """Prints the figures; how many sheets were missed or imagined."""
    figures = measure_separation()
    out.mkdir(parents=True, exist_ok=True)
    (out / "separation.txt").write_text("\n".join(figures.remarks) + "\n", encoding="utf-8")
    console.print(separation_table(figures))
    return figures.missed + figures.imagined


def _post(out: Path, home: Path, workers: int) -> int:
    figures = measure_post(home, workers)
    out.mkdir(parents=True, exist_ok=True)
    (out / "post.txt").write_text("\n".join(figures.remarks) + "\n", encoding="utf-8")
    console.print(post_table(figures))
    return figures.filed_wrongly


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
