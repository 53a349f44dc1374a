"""The 15 MNIST-C noises of skmnist beside an independent implementation, one image at a time.

Both corrupt the same distinct digits of the embedded sample (uint8), at the severity of the
published data set. Three figures per image are compared: the mean intensity, the fraction of the
pixels that change, and the mean absolute change, on a scale of 0 to 1. A deterministic noise has
to agree pixel by pixel; of a random one, the means over the images have to agree within three
standard errors of the mean paired difference (3.5 when all severities make it more than a hundred
comparisons)::

    python benchmarks/noise_fidelity.py
    python benchmarks/noise_fidelity.py --severities
"""

import argparse

import numpy as np
import numpy.typing as npt
from conditions import fail_unless, print_conditions
from per_image import MNIST_C

from skmnist.datasets import load_mnist_sample
from skmnist.noise import make_noise

# Largest difference of a pixel, in grey levels, where a noise is deterministic.
DETERMINISTIC = {"scale": 2, "brightness": 1, "stripe": 2, "canny_edges": 2}
FIGURES = ("mean intensity", "changed pixels", "mean change")

Images = npt.NDArray[np.uint8]


def figures_of(corrupted: Images, clean: Images) -> npt.NDArray[np.float64]:
    """Compute the three figures of every image, one column each."""
    change = np.abs(corrupted.astype(float) - clean)
    per_image = (corrupted / 255, change > 0.5, change / 255)
    return np.stack([values.mean(axis=(1, 2)) for values in per_image], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=3000)
    parser.add_argument("--severities", action="store_true", help="all, not only the official one")
    options = parser.parse_args()
    limit = 3.5 if options.severities else 3.0
    print_conditions("scipy", "scikit-image")
    clean = np.unique(load_mnist_sample().images, axis=0)
    clean = np.random.default_rng(0).permutation(clean)[: options.rows]
    print(f"{len(clean)} distinct digits; each figure: skmnist, per image, difference")
    print(f"{'':14}{'severity':>8}" + "".join(f"{figure:>25}" for figure in FIGURES), flush=True)
    claims = {}
    for name, corruption in MNIST_C.items():
        severities = [None]
        if options.severities and len(corruption.severities) > 1:
            severities = range(1, len(corruption.severities) + 1)
        for severity in severities:
            ours = make_noise(name, severity, random_state=0).fit(clean).transform(clean)
            peer = corruption.corrupt_all(clean, np.random.default_rng(0), severity)
            figures, expected = figures_of(ours, clean), figures_of(peer, clean)
            row = f"{name:14}{severity or 'official':>8}"
            if name in DETERMINISTIC:
                differences = ["" for _ in FIGURES]
                farthest = np.abs(ours.astype(int) - peer).max()
                note = (
                    f"  {farthest} grey levels apart at most ({np.mean(ours != peer):.4%} differ)"
                )
                claims[f"{name} {severity or ''}"] = farthest <= DETERMINISTIC[name]
            else:
                gap, note = figures - expected, ""
                z = gap.mean(axis=0) / (gap.std(axis=0, ddof=1) / np.sqrt(len(gap)))
                differences = [f"{value:+.2f} SE" for value in z]
                claims[f"{name} {severity or ''}"] = np.abs(z).max() <= limit
            for mine, theirs, difference in zip(
                figures.mean(axis=0), expected.mean(axis=0), differences, strict=True
            ):
                row += f"{mine:8.4f}{theirs:8.4f}{difference:>9}"
            print(row + note, flush=True)
    print(f"limit: {limit} SE")
    fail_unless({claim.strip(): holds for claim, holds in claims.items()})


if __name__ == "__main__":
    main()
