"""Run the benchmarks of speed, memory and size, and write docs/benchmarks.md.

Each script runs in a process of its own; what it prints is stored in benchmarks/results. The page
is written from what is stored, so that ``--only`` brings some scripts up to date and keeps the
others; ``--only`` without names runs nothing and writes the page. Why a bar is missed stands in
benchmarks/results/NAME.note.md, which is copied to the page. The command fails if a script fails or
a bar is missed. It takes about forty minutes on an idle machine::

    python benchmarks/run_all.py
    python benchmarks/run_all.py --only fit_speed memory

On a processor without bfloat16, and with ONEDNN_MAX_CPU_ISA=AVX2, which stands in for one, the
results are stored as NAME_float32.txt, and the page shows them in columns and sections of their
own, with NAME_float32.note.md::

    ONEDNN_MAX_CPU_ISA=AVX2 python benchmarks/run_all.py --only fit_speed predict_speed
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

from claims import HEADER
from processors import has_bfloat16
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
# Processor -> what the names of its results end in.
ENDINGS = {"bfloat16": "", "AVX2, float32": "_float32"}

INTRODUCTION = """# Benchmarks

This page is written by `python benchmarks/run_all.py`; do not edit it. It needs the packages of
`pip install -e ".[bench]"`. Every script of `benchmarks/` also runs alone. What is compared is
measured in the same run, in turn, each library in a process of its own; the figures are medians,
with the smallest and the largest value in parentheses. A ratio is taken within a round before the
median of the rounds. A claim holds if its median reaches the bar.

"bfloat16" is a processor that multiplies in bfloat16; networks train in it there. "AVX2, float32"
is one without AVX-512, or one that `ONEDNN_MAX_CPU_ISA=AVX2` keeps to AVX2: all libraries train in
float32. The claims differ where the peers do.
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
    ending = ENDINGS["bfloat16" if has_bfloat16() else "AVX2, float32"]
    (RESULTS / f"{name}{ending}.txt").write_text(f"{output}\n")
    result = "failed" if process.returncode else "holds"
    print(f"{result}, {time.perf_counter() - start:.0f} s", flush=True)
    if process.returncode:
        print(process.stderr[-2000:], file=sys.stderr)


def stored(name: str) -> str:
    path = RESULTS / f"{name}.txt"
    return path.read_text().strip() if path.exists() else ""


def claim_rows(text: str) -> list[list[str]]:
    """Return the cells of the table of claims in what a script has printed."""
    lines = [line for line in text.splitlines() if line.startswith("| ") and line != HEADER]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def page() -> tuple[str, list[str]]:
    """Return the page, and the names of the results whose claims do not all hold."""
    texts = {
        (name, ending): stored(f"{name}{ending}")
        for name in ON_THE_PAGE
        for ending in ENDINGS.values()
    }
    conditions = dict.fromkeys(
        line for text in texts.values() for line in text.splitlines()[:2] if text
    )
    parts = [INTRODUCTION, "## Conditions\n", *(f"- {line}" for line in conditions), ""]
    failed, sections = [], []
    for (name, ending), text in texts.items():
        if not text and ending:
            continue
        missed = any("**no**" in row for row in claim_rows(text)) or not claim_rows(text)
        if missed or (name in SCRIPTS and "\nholds: " not in text):
            failed.append(f"{name}{ending}")
        if text:
            sections += section(name, ending, text, is_missed=f"{name}{ending}" in failed)
    parts += ["## Claims\n", *claims_table(texts)]
    return "\n".join([*parts, "", *sections]), failed


def claims_table(texts: dict[tuple[str, str], str]) -> list[str]:
    """Return the table of all claims: two columns for each processor that has results."""
    measured = {
        processor: ending
        for processor, ending in ENDINGS.items()
        if any(text for (_, other), text in texts.items() if other == ending)
    }
    # Claim, bar and stretch -> processor -> what was measured, and the verdict.
    claims: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for (name, ending), text in texts.items():
        rows = claim_rows(text)
        if not rows and not ending:
            rows = [[f"{name}.py", "not measured", "", "", "**no**"]]
        for what, value, bar, stretch, verdict in rows:
            claims.setdefault((what, bar, stretch), {})[ending] = [value, verdict]
    header = ["claim", "bar", "stretch"]
    for processor in measured:
        header += [processor, "holds"]
    lines = [header, ["---"] * len(header)]
    for claim, found in claims.items():
        cells = [found.get(ending, ["", ""]) for ending in measured.values()]
        lines.append([*claim, *(cell for pair in cells for cell in pair)])
    return [f"| {' | '.join(line)} |" for line in lines]


def section(name: str, ending: str, text: str, *, is_missed: bool) -> list[str]:
    """Return the part of the page about the results of a script on one processor."""
    processor = next(key for key, value in ENDINGS.items() if value == ending)
    lines = [f"### {name}.py, {processor}\n"] if ending else heading(name)
    lines += ["```", text, "```", ""]
    note = RESULTS / f"{name}{ending}.note.md"
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
