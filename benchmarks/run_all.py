"""Run the benchmarks of speed and memory, and write ``docs/benchmarks.md``.

Each benchmark runs in its own process; its output is stored in ``benchmarks/results``. The page is
written from the stored outputs: ``--only`` runs some benchmarks and keeps the stored outputs of the
others; ``--only`` without names runs none. A note in
``benchmarks/results/NAME.note.md``, such as why a bar is missed, is copied to the page. The command
fails if a benchmark fails or a bar is missed. It takes about forty minutes on an idle machine::

    python -m benchmarks.run_all
    python -m benchmarks.run_all --only fit_speed memory

On a processor without bfloat16, or with ONEDNN_MAX_CPU_ISA=AVX2, which makes any processor one, the
results are stored as NAME_float32.txt, and the page shows them in separate columns and sections,
with NAME_float32.note.md::

    ONEDNN_MAX_CPU_ISA=AVX2 python -m benchmarks.run_all --only fit_speed predict_speed
"""

import argparse
import subprocess
import sys
import time

from benchmarks.harness.claims import HEADER
from benchmarks.harness.pages import BENCHMARKS, DOCS, RESULTS, heading
from benchmarks.harness.processors import has_bfloat16

# Result -> the script and its arguments.
COMMANDS = {
    "fit_speed": ["fit", "speed"],
    "fit_augment": ["fit", "augment"],
    "predict_speed": ["predict"],
    "search_speed": ["search"],
    "memory": ["memory"],
    "memory_map": ["memory", "map"],
    "scaling": ["scaling"],
    "robustness": ["robustness"],
    "export": ["export"],
}
# Result -> its script. The last one takes too long for this command; its stored result is shown.
ON_THE_PAGE = {result: script for result, (script, *_) in COMMANDS.items()} | {
    "precision_accuracy": "research/precision_accuracy"
}
# Processor -> ending of the names of its results.
ENDINGS = {"bfloat16": "", "AVX2, float32": "_float32"}

INTRODUCTION = """# Benchmarks

This page is written by `python -m benchmarks.run_all`; do not edit it. The benchmarks need the
packages of `pip install -e ".[bench]"` and run in the root of the repository. Libraries that are
compared are measured in the same run: each has its own process, and they take turns. The figures
are medians, with the smallest and the largest value in parentheses. Ratios are computed in each
round; the median of the rounds is given. A claim holds if its median reaches the bar; a stretch
goal may be missed.

The column "bfloat16" is for a processor that multiplies in bfloat16, in which networks train there.
"AVX2, float32" is for a processor without AVX-512, or one that `ONEDNN_MAX_CPU_ISA=AVX2` limits to
AVX2: all libraries train in float32. The two columns have different claims if the peers differ.
"""


def run(result: str) -> None:
    """Run a benchmark and store its output; if it fails, also the last line of its error."""
    print(f"{result} ...", end=" ", flush=True)
    start = time.perf_counter()
    script, *arguments = COMMANDS[result]
    command = [sys.executable, "-m", f"benchmarks.{script}", *arguments]
    process = subprocess.run(command, capture_output=True, text=True, cwd=BENCHMARKS.parent)
    output = process.stdout.rstrip()
    if process.returncode:
        errors = process.stderr.strip().splitlines() or ["failed without a message"]
        output += f"\n{errors[-1]}"
    ending = ENDINGS["bfloat16" if has_bfloat16() else "AVX2, float32"]
    (RESULTS / f"{result}{ending}.txt").write_text(f"{output}\n")
    verdict = "failed" if process.returncode else "holds"
    print(f"{verdict}, {time.perf_counter() - start:.0f} s", flush=True)
    if process.returncode:
        print(process.stderr[-2000:], file=sys.stderr)


def stored(name: str) -> str:
    path = RESULTS / f"{name}.txt"
    return path.read_text().strip() if path.exists() else ""


def claim_rows(text: str) -> list[list[str]]:
    """Return the cells of the table of claims in an output."""
    lines = [line for line in text.splitlines() if line.startswith("| ") and line != HEADER]
    return [[cell.strip() for cell in line[1:-1].split("|")] for line in lines]


def page() -> tuple[str, list[str]]:
    """Return the page, and the names of the results whose claims do not all hold."""
    texts = {
        (result, ending): stored(f"{result}{ending}")
        for result in ON_THE_PAGE
        for ending in ENDINGS.values()
    }
    conditions = dict.fromkeys(
        line for text in texts.values() for line in text.splitlines()[:2] if text
    )
    parts = [INTRODUCTION, "## Conditions\n", *(f"- {line}" for line in conditions), ""]
    failed, sections, scripts = [], [], set()
    for (result, ending), text in texts.items():
        if not text and ending:
            continue
        rows = claim_rows(text)
        missed = not rows or any("**no**" in row for row in rows)
        if missed or (result in COMMANDS and "\nholds: " not in text):
            failed.append(f"{result}{ending}")
        script = ON_THE_PAGE[result]
        if text and script not in scripts:
            scripts.add(script)
            sections += heading(script)
        if text:
            sections += section(result, ending, text, is_missed=f"{result}{ending}" in failed)
    parts += ["## Claims\n", *claims_table(texts)]
    return "\n".join([*parts, "", *sections]), failed


def claims_table(texts: dict[tuple[str, str], str]) -> list[str]:
    """Return the table of all claims, with two columns for each measured processor."""
    measured = {
        processor: ending
        for processor, ending in ENDINGS.items()
        if any(text for (_, other), text in texts.items() if other == ending)
    }
    # Claim, bar and stretch -> ending -> measured value and verdict.
    claims: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for (result, ending), text in texts.items():
        rows = claim_rows(text)
        if not rows and not ending:
            rows = [[result, "not measured", "", "", "**no**"]]
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


def section(result: str, ending: str, text: str, *, is_missed: bool) -> list[str]:
    """Return the part of the page about a result on one processor."""
    processor = next(key for key, value in ENDINGS.items() if value == ending)
    title = f"{result}, {processor}" if ending else result
    lines = [f"### {title}\n", "```", text, "```", ""]
    note = RESULTS / f"{result}{ending}.note.md"
    if is_missed or note.exists():
        explanation = note.read_text().strip() if note.exists() else "Not explained yet."
        lines += ["#### Why a bar is missed\n" if is_missed else "#### Note\n", explanation, ""]
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=COMMANDS, metavar="NAME")
    options = parser.parse_args()
    for result in COMMANDS if options.only is None else options.only:
        run(result)
    text, failed = page()
    (DOCS / "benchmarks.md").write_text(text.rstrip() + "\n")
    print("benchmarks.md written")
    if failed:
        raise SystemExit(f"missed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
