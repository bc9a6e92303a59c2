"""The command `python -m scanning.sample_post DIRECTORY [--seed N] [--clients-json FILE]`."""

import argparse
import sys
from pathlib import Path

from scanning.sample_post.generate import make_post, write_clients
from scanning.sample_post.model import DEFAULT_SEED


def main() -> int:
    """Make the post and say what was made."""
    parser = argparse.ArgumentParser(prog="scanning.sample_post", description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--clients-json", type=Path, help="also write the register of clients")
    chosen = parser.parse_args()
    post = make_post(chosen.directory, chosen.seed, _say_progress)
    if chosen.clients_json is not None:
        write_clients(post.clients, chosen.clients_json)
    totals = post.truth["totals"]
    print(f"\n{totals['files']} files, {totals['pages']} pages in {post.directory}")
    return 0


def _say_progress(made: int, in_all: int) -> None:
    print(f"\r{made} of {in_all} files", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
