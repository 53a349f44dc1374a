"""The gallery: Sphinx-Gallery runs the examples with these arguments and shows their figures.

Each example runs in seconds and without a network. The page of an example gives its arguments.
"""

import os
import re
from pathlib import Path
from typing import Any

GENERATED = Path(__file__).parent / "generated"
FIGURES = GENERATED / "figures"
ARGUMENTS = {
    "architecture_selection": "--rows 600 --epochs 3 --folds 2 --output selection.png",
    "corruptions": "--output corruptions.png",
    "large": "--rows 6000",
    "noisy_labels": "--rows 1000 --epochs 4 --output labels.png",
    "pages": "--output pages.png",
    "quickstart": "--rows 1000 --epochs 6 --output quickstart",
    "real_digits": "--rows 2000 --epochs 3 --output digits.png",
    "report": "--rows 600 --epochs 2 --output report.html",
    "robustness": "--rows 1000 --epochs 5 --output robustness",
    "study": "--rows 1500 --epochs 5 --output study.png",
}


def arguments(gallery_conf: dict[str, Any], script_vars: dict[str, Any]) -> list[str]:
    """Return the arguments of an example; what it writes lies in its own folder."""
    example = Path(script_vars["src_file"])
    folder = FIGURES / example.stem
    folder.mkdir(parents=True, exist_ok=True)
    relative = os.path.relpath(folder, example.parent)  # because some examples print it
    return re.sub(r"(?<=--output )", f"{relative}/", ARGUMENTS[example.stem]).split()


def written_figures(
    block: tuple[Any, ...], block_vars: dict[str, Any], gallery_conf: dict[str, Any]
) -> str:
    """Return reStructuredText: the command of an example, and the figures that it has written."""
    from sphinx_gallery.scrapers import figure_rst  # not installed where only the tests run

    name = Path(block_vars["src_file"]).stem
    paths = []
    for written in sorted((FIGURES / name).rglob("*.png")):
        path = Path(next(block_vars["image_path_iterator"]))
        written.replace(path)
        paths.append(str(path))
    command = f"``python examples/{name}.py {ARGUMENTS[name]}``"
    return f"\n{command}:\n{figure_rst(paths, gallery_conf['src_dir'])}"
