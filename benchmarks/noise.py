"""Noise: images per second of every noise on one core, compared with a loop over single images.

Both corrupt uint8 digits of 28x28 pixels, distinct copies of the embedded sample. skmnist gets
20,000 at once; the loop, in ``benchmarks.harness.peers.per_image``, gets the number that takes 0.3
seconds. They are timed in turn, five times each; the medians are printed, and nan if there is no
loop for a noise. Memory is the peak that a transform allocates, its result included, as a multiple
of the same images in float32; it is traced in a separate run. The claims are about the severity of
the published data set; with ``--severities``, all are printed and nothing is claimed. Run it on an
idle machine::

    python -m benchmarks.noise
    python -m benchmarks.noise --severities
"""

import argparse
import os
import tracemalloc
from functools import partial

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["MKL_NUM_THREADS"] = "1"

import numpy as np
import numpy.typing as npt

from benchmarks.harness.claims import fail_unless
from benchmarks.harness.conditions import print_conditions
from benchmarks.harness.digits import distinct_digits
from benchmarks.harness.peers.per_image import MNIST_C, Corruption
from benchmarks.harness.peers.per_image_general import GENERAL
from benchmarks.harness.timing import median_seconds, seconds_of
from skmnist.noise import list_noises, list_severities, make_noise

REPEATS = 5
N_IMAGES = 20_000
N_MNIST = 60_000
LOOP_SECONDS = 0.3
PEERS = MNIST_C | GENERAL
# Images per second -> the noises that must reach them.
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
LEAST_SPEED = 5_000
MOST_MEMORY = 4.0

Images = npt.NDArray[np.uint8]


def loop_size(corruption: Corruption, X: Images, severity: int | None) -> int:
    """Return the number of images that the loop corrupts in about `LOOP_SECONDS`."""
    rng, n = np.random.default_rng(0), 10
    while n < len(X):
        seconds = seconds_of(lambda n=n: corruption.corrupt_all(X[:n], rng, severity))
        if seconds >= LOOP_SECONDS:
            break
        n *= 2
    return min(n, len(X))


def measure(name: str, severity: int | None, X: Images) -> tuple[float, float, float]:
    """Return images per second of skmnist and the loop, and memory as a multiple of the images."""
    noise = make_noise(name, severity, random_state=0).fit(X)
    corruption = PEERS.get(name)
    n_loop = loop_size(corruption, X, severity) if corruption else 0
    ours, loop = [], []
    for repeat in range(REPEATS):
        ours.append(seconds_of(lambda: noise.transform(X)))
        if corruption:
            rng = np.random.default_rng(repeat)
            corrupt = partial(corruption.corrupt_all, X[:n_loop], rng, severity)
            loop.append(seconds_of(corrupt))
    tracemalloc.start()
    noise.transform(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return len(X) / np.median(ours), n_loop / np.median(loop or np.nan), peak / (4 * X.size)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--severities", action="store_true", help="measure all severities")
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
    seconds = median_seconds(lambda: noise.transform(X_60000), REPEATS)
    print(f"gaussian_noise: {N_MNIST:,} images in {seconds:.2f} s")
    claims = {f"Gaussian noise on {N_MNIST:,} images within 3 s": seconds <= 3}
    for bar, names in BARS.items():
        claims |= {f"{name} >= {bar:,}/s": speeds[name] >= bar for name in names.split()}
    claims[f"none below {LEAST_SPEED:,}/s"] = min(speeds.values()) >= LEAST_SPEED
    claims[f"memory at most {MOST_MEMORY:.0f} x"] = max(memory.values()) <= MOST_MEMORY
    fail_unless(claims)


if __name__ == "__main__":
    main()
