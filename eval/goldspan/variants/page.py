"""Writes ten twins of five articles to a page for people: `python -m goldspan.variants.page FILE`."""

import sys
from pathlib import Path

from goldspan.files import write_whole
from goldspan.variants.twins import load_inputs, make_twins

ARTICLES = ("seed-000-01", "seed-000-08", "seed-000-09", "seed-000-10", "seed-004")
COPIES, SEED = 2, 0


def page() -> str:
    """The page, in Markdown."""
    parts = [
        "# Ten twins of five articles\n\n"
        f"Made by `python -m goldspan.variants.page docs/examples/twins.md` (seed {SEED}). All names are fictional.\n"
    ]
    for twin in make_twins(load_inputs(), COPIES, SEED):
        row = twin.document
        if row["variant_of"] in ARTICLES:
            parts.append(f"\n## {row['doc_id']}\n\n{row['text']}\n")
    return "".join(parts)


def main() -> None:
    """Write the page to the file that is named."""
    write_whole(Path(sys.argv[1]), [page().encode()])


if __name__ == "__main__":
    main()
