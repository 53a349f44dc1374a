"""Images per second of every noise on one core, against a loop over single images.

Both corrupt digits of 28x28 grey levels (uint8), distinct copies of the embedded sample: skmnist
20,000 at once, the loop of ``per_image.py`` as many as take 0.3 seconds. They are timed in turn,
five times each; the medians are printed. Memory is the peak of what a transform allocates,
its result included, as a multiple of the same images in float32; it is traced in a run of its
own. Run it on an idle machine::

    python benchmarks/noise_speed.py
    python benchmarks/noise_speed.py --severities

The bars are for the official severity; ``--severities`` prints all and asserts nothing.
"""

import argparse
import os
import time
import tracemalloc
from collections.abc import Callable

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
import numpy.typing as npt
from conditions import fail_unless, print_conditions
from per_image import MNIST_C, Corruption
from per_image_general import GENERAL

from skmnist.datasets import load_mnist_sample
from skmnist.noise import list_noises, list_severities, make_noise

REPEATS = 5
N_IMAGES = 20_000
N_MNIST = 60_000
LOOP_SECONDS = 0.3
PEERS = MNIST_C | GENERAL
# Least images per second -> the noises that have to reach them.
BARS = {
    40_000: (
        "gaussian_noise uniform_noise speckle_noise shot_noise impulse_noise quantize brightness "
        "contrast inverse gamma"
    ),
    25_000: "rotate translate scale shear random_affine",
    20_000: "gaussian_blur motion_blur defocus_blur zoom_blur",
    10_000: "fog spatter",
    5_000: "glass_blur",
}
LEAST_SPEED = 3_000
MOST_MEMORY = 4.0

Images = npt.NDArray[np.uint8]


def distinct_digits(n: int) -> Images:
    """Repeat the sample; the first pixel tells one copy from another."""
    sample = load_mnist_sample().images
    copies = [sample.copy() for _ in range(-(-n // len(sample)))]
    for number, copy in enumerate(copies):
        copy[:, 0, 0] = number
    return np.concatenate(copies)[:n]


def seconds_of(action: Callable[..., object], *arguments: object) -> float:
    start = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - start


def loop_size(corruption: Corruption, X: Images, severity: int | None) -> int:
    """Find how many images the loop corrupts in the time that it is given."""
    rng, n = np.random.default_rng(0), 10
    while n < len(X):
        if seconds_of(corruption.corrupt_all, X[:n], rng, severity) >= LOOP_SECONDS:
            break
        n *= 2
    return min(n, len(X))


def measure(name: str, severity: int | None, X: Images) -> tuple[float, float, float]:
    """Measure images per second, those of the loop, and the memory as a multiple of the images."""
    noise = make_noise(name, severity, random_state=0).fit(X)
    corruption = PEERS[name]
    n_loop = loop_size(corruption, X, severity)
    ours, loop = [], []
    for repeat in range(REPEATS):
        ours.append(seconds_of(noise.transform, X))
        rng = np.random.default_rng(repeat)
        loop.append(seconds_of(corruption.corrupt_all, X[:n_loop], rng, severity))
    tracemalloc.start()
    noise.transform(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return len(X) / np.median(ours), n_loop / np.median(loop), peak / (4 * X.size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--severities", action="store_true", help="all, not only the official one")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print_conditions("scipy", "scikit-image", "pillow")
    X_60000 = distinct_digits(N_MNIST)
    X = X_60000[:N_IMAGES]
    print(f"images/s on one core, {N_IMAGES:,} images, medians of {REPEATS}:")
    print(f"{'':22}{'severity':>8}{'skmnist':>10}{'loop':>9}{'ratio':>8}{'memory':>9}", flush=True)
    speeds, memory = {}, {}
    for name in list_noises():
        for severity in list_severities(name) if options.severities else [None]:
            speed, loop_speed, peak = measure(name, severity, X)
            if not options.severities:
                speeds[name], memory[name] = speed, peak
            print(
                f"{name:22}{severity or 'official':>8}{speed:10,.0f}{loop_speed:9,.0f}"
                f"{speed / loop_speed:6.1f} x{peak:7.1f} x",
                flush=True,
            )
    if options.severities:
        return
    noise = make_noise("gaussian_noise", random_state=0).fit(X_60000)
    seconds = np.median([seconds_of(noise.transform, X_60000) for _ in range(REPEATS)])
    print(f"gaussian_noise: {N_MNIST:,} images in {seconds:.2f} s")
    claims = {f"Gaussian noise on {N_MNIST:,} images within 3 s": seconds <= 3}
    for bar, names in BARS.items():
        claims |= {f"{name} >= {bar:,}/s": speeds[name] >= bar for name in names.split()}
    claims[f"none below {LEAST_SPEED:,}/s"] = min(speeds.values()) >= LEAST_SPEED
    claims[f"memory at most {MOST_MEMORY:.0f} x"] = max(memory.values()) <= MOST_MEMORY
    fail_unless(claims)


if __name__ == "__main__":
    main()
