"""Images per second of each noise on 60,000 images of 28x28 pixels, on one core.

The images are those of the embedded sample, twelve times over. Run it on an idle machine::

    python benchmarks/noise_speed.py
"""

import time

import numpy as np
from conditions import fail_unless, print_conditions

from skmnist.datasets import load_mnist_sample
from skmnist.noise import list_noises, make_noise

REPEATS = 5


def main() -> None:
    print_conditions()
    medians = {}
    X = np.tile(load_mnist_sample().images, (12, 1, 1))
    for name in list_noises():
        noise = make_noise(name, random_state=0).fit(X[:100])
        seconds = []
        for _ in range(REPEATS):
            start = time.perf_counter()
            noise.transform(X)
            seconds.append(time.perf_counter() - start)
        median = medians[name] = np.median(seconds)
        print(
            f"{name}: {len(X)} images in {median:.2f} s (median of {REPEATS}; "
            f"{min(seconds):.2f} to {max(seconds):.2f}), {len(X) / median:,.0f} images/s",
            flush=True,
        )
    fail_unless({"Gaussian noise on 60,000 images within 3 s": medians["gaussian_noise"] <= 3})


if __name__ == "__main__":
    main()
