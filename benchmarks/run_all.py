"""Run the benchmarks of speed, memory and size, and write docs/benchmarks.md.

Each script runs in a process of its own; what it prints is stored in benchmarks/results. The page
is written from what is stored, so that ``--only`` brings some scripts up to date and keeps the
others; ``--only`` without names runs nothing and writes the page. Why a bar is missed stands in
benchmarks/results/NAME.note.md, which is copied to the page. The command fails if a script fails or
a bar is missed. It takes about forty minutes on an idle machine::

    python benchmarks/run_all.py
    python benchmarks/run_all.py --only fit_speed memory
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from claims import HEADER, RULE
from script_text import heading

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
PAGE = FOLDER.parent / "docs" / "benchmarks.md"
SCRIPTS = (
    "fit_speed",
    "augment_speed",
    "predict_speed",
    "search_speed",
    "memory",
    "file_size",
    "import_time",
    "scaling",
)
# The last one takes too long to be run from here; the page shows what it has stored.
ON_THE_PAGE = (*SCRIPTS, "precision_accuracy")

INTRODUCTION = """# Benchmarks

This page is written by `python benchmarks/run_all.py`; do not edit it. It needs the packages of
`pip install -e ".[bench]"`. Every script of `benchmarks/` also runs alone. What is compared is
measured in the same run, in turn, each library in a process of its own; the figures are medians,
with the smallest and the largest value in parentheses. A ratio is taken within a round before the
median of the rounds. A claim holds if its median reaches the bar.
"""


def run(name: str) -> None:
    """Run a script and store what it prints, and how it ends if it fails."""
    print(f"{name} ...", end=" ", flush=True)
    start = time.perf_counter()
    command = [sys.executable, str(FOLDER / f"{name}.py")]
    process = subprocess.run(command, capture_output=True, text=True)
    output = process.stdout.rstrip()
    if process.returncode:
        errors = process.stderr.strip().splitlines() or ["failed without a message"]
        output += f"\n{errors[-1]}"
    (RESULTS / f"{name}.txt").write_text(f"{output}\n")
    result = "failed" if process.returncode else "holds"
    print(f"{result}, {time.perf_counter() - start:.0f} s", flush=True)
    if process.returncode:
        print(process.stderr[-2000:], file=sys.stderr)


def stored(name: str) -> str:
    path = RESULTS / f"{name}.txt"
    return path.read_text().strip() if path.exists() else ""


def claim_rows(text: str) -> list[str]:
    """Return the rows of the table of claims in what a script has printed."""
    return [line for line in text.splitlines() if line.startswith("| ") and line != HEADER]


def page() -> tuple[str, list[str]]:
    """Return the page, and the names of the scripts whose claims do not all hold."""
    texts = {name: stored(name) for name in ON_THE_PAGE}
    conditions = dict.fromkeys(
        line for text in texts.values() for line in text.splitlines()[:2] if text
    )
    parts = [INTRODUCTION, "## Conditions\n", *(f"- {line}" for line in conditions), ""]
    parts += ["## Claims\n", HEADER, RULE]
    failed, sections = [], []
    for name, text in texts.items():
        rows = claim_rows(text) or [f"| {name}.py | not measured | | | **no** |"]
        parts += rows
        if any("**no**" in row for row in rows) or (name in SCRIPTS and "\nholds: " not in text):
            failed.append(name)
        if text:
            sections += section(name, text, is_missed=name in failed)
    return "\n".join([*parts, "", *sections]), failed


def section(name: str, text: str, *, is_missed: bool) -> list[str]:
    """Return the part of the page about one script."""
    lines = [*heading(name), "```", text, "```", ""]
    note = RESULTS / f"{name}.note.md"
    if is_missed or note.exists():
        explanation = note.read_text().strip() if note.exists() else "Not explained yet."
        lines += ["### Why a bar is missed\n" if is_missed else "### Note\n", explanation, ""]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=SCRIPTS, metavar="NAME")
    options = parser.parse_args()
    for name in SCRIPTS if options.only is None else options.only:
        run(name)
    text, failed = page()
    PAGE.write_text(text.rstrip() + "\n")
    print(f"{PAGE.name} written")
    if failed:
        raise SystemExit(f"missed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
