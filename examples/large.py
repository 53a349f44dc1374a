"""
Images larger than memory
=========================

Makes a memory map of noisy digits chunk by chunk, trains on it, predicts it, and scores it under
noise. The process never holds all images. Run::

    python examples/large.py --rows 1000000
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from skmnist import MLPClassifier, RandomAffine, load_mnist_sample, robustness_scores

ROWS_PER_CHUNK = 5000


def write_digits(path: Path, n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Write distorted digits to a file; return its memory map, and the labels."""
    images, labels = load_mnist_sample(return_X_y=True)
    noise = RandomAffine(random_state=0).fit(images)
    X = np.lib.format.open_memmap(path, "w+", images.dtype, (n_rows, *images.shape[1:]))
    for epoch, start in enumerate(range(0, n_rows, ROWS_PER_CHUNK)):
        n = min(ROWS_PER_CHUNK, n_rows - start)
        X[start : start + n] = noise.augment(images[:n], epoch)  # other noise in each chunk
    X.flush()
    return np.load(path, mmap_mode="r"), np.resize(labels, n_rows)


def main() -> None:
    parser = argparse.ArgumentParser(description="Images larger than memory")
    parser.add_argument("--rows", type=int, default=20_000)
    n_rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        X, y = write_digits(Path(folder) / "digits.npy", n_rows)
        print(f"{len(X):,} digits, {X.nbytes / 1e6:.0f} MB in a file")

        network = MLPClassifier(epochs=1, batch_size=500, random_state=0).fit(X, y)
        print(f"fit: accuracy {network.score(X, y):.3f}")

        for start in range(0, n_rows, ROWS_PER_CHUNK):
            chunk = slice(start, start + ROWS_PER_CHUNK)
            network.partial_fit(X[chunk], y[chunk])
        print(f"partial_fit on chunks: accuracy {network.score(X, y):.3f}")

        noisy = robustness_scores(network, X, y, suite="impulse_noise", n_resamples=2)
        print(noisy.summary[["clean", "mean"]].round(3).to_string(index=False))


if __name__ == "__main__":
    main()
