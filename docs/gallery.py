"""The gallery: Sphinx-Gallery runs the examples with these arguments and shows their figures.

Each example runs in less than a minute and without a network. Its page gives its arguments. Sphinx-
Gallery runs it in the folder of the script, which is therefore a copy.
"""

import html
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imsave

from skmnist.datasets import load_mnist_sample
from skmnist.noise import make_noise

GENERATED = Path(__file__).parent / "generated"
SCRIPTS = GENERATED / "scripts"
THUMBNAIL = GENERATED / "thumbnail.png"
# In the order of the gallery.
ARGUMENTS = {
    "quickstart": "--noise gaussian_noise --rows 1000 --epochs 4 --output quickstart",
    "study": "--rows 1500 --epochs 5 --output study.png",
    "robustness": "--rows 1000 --epochs 5 --output robustness",
    "architecture_selection": (
        "--noise gaussian_noise --rows 1000 --epochs 6 --folds 2 --output selection.png"
    ),
    "real_digits": "--rows 2000 --epochs 3 --output digits.png",
    "pages": "--output pages.png",
    "noisy_labels": "--rows 1000 --epochs 4 --output labels.png",
    "corruptions": "--output corruptions.png",
    "report": "--rows 2000 --epochs 6 --output report.html",
    "large": "--rows 6000",
}


def place(filename: str) -> int:
    """Return the place of an example in the gallery."""
    names = [*ARGUMENTS, "serve"]
    return names.index(Path(filename).stem)


def copy_examples() -> None:
    """Copy the examples to the folder in which they run."""
    shutil.rmtree(SCRIPTS, ignore_errors=True)
    examples = Path(__file__).parents[1] / "examples"
    shutil.copytree(examples, SCRIPTS, ignore=shutil.ignore_patterns("__pycache__"))


def draw_thumbnail() -> None:
    """Draw the picture of examples without a figure: digits that become noisy."""
    digits = load_mnist_sample().images[[300, 1100, 1600, 2600]]
    rows = [digits, *(make_noise("gaussian_noise", s).fit_transform(digits) for s in (3, 5))]
    sheet = np.vstack([np.hstack(row) for row in rows])
    imsave(THUMBNAIL, np.kron(sheet, np.ones((4, 4))), cmap="gray")


def arguments(gallery_conf: dict[str, Any], script_vars: dict[str, Any]) -> list[str]:
    """Return the arguments of an example."""
    return ARGUMENTS[Path(script_vars["src_file"]).stem].split()


def written_results(
    block: tuple[Any, ...], block_vars: dict[str, Any], gallery_conf: dict[str, Any]
) -> str:
    """Return reStructuredText: the command of an example, and the figures and pages it wrote."""
    from sphinx_gallery.scrapers import figure_rst  # not installed where only the tests run

    name = Path(block_vars["src_file"]).stem
    paths = []
    for written in sorted(SCRIPTS.rglob("*.png"), key=lambda path: path.stat().st_mtime_ns):
        path = Path(next(block_vars["image_path_iterator"]))
        written.replace(path)
        paths.append(str(path))
    command = f"``python examples/{name}.py {ARGUMENTS[name]}``"
    pages = "".join(embedded(path) for path in SCRIPTS.glob("*.html"))
    return f"\n{command}:\n{figure_rst(paths, gallery_conf['src_dir'])}{pages}"


def embedded(path: Path) -> str:
    """Move a page out of the folder of the scripts, into a frame."""
    page = html.escape(path.read_text(encoding="utf-8")).replace("\n", "\n   ")
    path.unlink()
    frame = f'<iframe class="page" title="{path.name}" srcdoc="{page}"></iframe>'
    return f"\n.. raw:: html\n\n   {frame}\n"
