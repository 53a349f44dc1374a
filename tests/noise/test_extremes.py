"""Extreme parameters and shapes give a clear error or a result in bounded time and memory."""

import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skmnist.noise import (
    ElasticTransform,
    Fog,
    GaussianNoise,
    MotionBlur,
    Pixelate,
    RandomScale,
    ShotNoise,
    SmoothNoise,
    Snow,
    ZoomBlur,
    list_noises,
)
from skmnist.noise.kernels import _blocks, _fields, _filters, _linear

# Start of each program, which prints a line for each failed case and then the number of cases. It
# runs in its own process, because a failure may hang or kill it.
START = """
import inspect, resource, sys, time, warnings
import numpy as np
from sklearn.utils._param_validation import Interval
import skmnist.noise
from skmnist.noise import *

warnings.simplefilter("error")
public = [getattr(skmnist.noise, name) for name in skmnist.noise.__all__]
noises = [item for item in public if inspect.isclass(item) and not inspect.isabstract(item)]
n_cases = 0

def limit_memory(n_mib):
    if sys.platform == "linux":  # other systems cannot limit the size of a process
        with open("/proc/self/statm") as pages:
            n_pages = int(pages.read().split()[0])
        n_bytes = n_pages * resource.getpagesize() + n_mib * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))

def attempt(noise, X, n_seconds, names=()):
    global n_cases
    n_cases += 1
    start = time.process_time()
    try:
        outcome = "" if np.isfinite(noise.fit_transform(X)).all() else "not finite"
    except ValueError as error:
        outcome = "" if any(f"{name!r} parameter" in str(error) for name in names) else repr(error)
    except Exception as error:
        outcome = repr(error)
    seconds = time.process_time() - start
    if outcome or seconds > n_seconds:
        print(f"{noise} on {X.dtype} {X.shape}: {outcome} in {seconds:.1f} s", flush=True)
"""


def run(program):
    """Run a program and return the failures and the number of cases."""
    answer = subprocess.run(
        [sys.executable, "-c", START + program + "\nprint(n_cases)"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=300,
        check=False,
    )
    *wrong, n_cases = answer.stdout.splitlines()
    assert answer.returncode == 0, answer.stdout
    return wrong, int(n_cases)


def test_extreme_parameters_are_refused_by_name_or_done():
    wrong, n_cases = run("""
X = np.random.default_rng(0).integers(256, size=(2, 28, 28), dtype=np.uint8)
X[1] = 0
partners = dict(noise._bounds for noise in noises if noise._bounds)
partners |= {high: low for low, high in partners.items()}
limit_memory(200)
for noise_class in noises:
    for name, constraints in noise_class._parameter_constraints.items():
        for interval in [item for item in constraints if isinstance(item, Interval)]:
            extremes = [interval.left, interval.right, 1e-30, 5e-324, 1e30, -1e30, 10**9, -10**9]
            extremes += [10**400, np.inf, np.nan]
            for value in [value for value in extremes if value is not None]:
                names = [name, *([partners[name]] if name in partners else [])]
                noise = noise_class(**dict.fromkeys(names, value), random_state=0)
                attempt(noise, X, 1, names)
                attempt(noise, (X / 255).astype(np.float32), 1, names)
""")
    assert not wrong
    assert n_cases > 1500


def test_every_count_and_width_has_an_upper_bound(noise_classes):
    for noise_class in noise_classes:
        for constraints in noise_class._parameter_constraints.values():
            intervals = [item for item in constraints if hasattr(item, "right")]
            assert all(None not in (item.left, item.right) for item in intervals), noise_class


def test_memory_and_time_are_in_proportion_to_the_pixels(noise_classes):
    wrong, n_cases = run("""
limit_memory(250)
for noise_class in noises:
    for shape in ((1, 40_009), (40_009, 1)):
        attempt(noise_class(random_state=0), np.random.default_rng(0).random((1, *shape)), 5)
large = {ElasticTransform, Fog, JPEGCompression, Pixelate, SmoothNoise, Snow, Zigzag, ZoomBlur}
large |= {StrokeWidth, *(type(make_noise(name)) for name in list_noises("scan"))}
for noise_class in large:
    X = np.random.default_rng(0).random((1, 800, 800), dtype=np.float32)
    attempt(noise_class(random_state=0), X, 5)
""")
    assert not wrong
    assert n_cases == len(noise_classes) * 2 + 9 + len(list_noises("scan"))


def test_memory_does_not_grow_with_the_number_of_images():
    wrong, n_cases = run("""
X = np.random.default_rng(0).random((2**13, 1, 1), dtype=np.float32)
wide = [MotionBlur(101), RandomFilter(31), Occlusion(n_patches=100), Snow(length=101)]
wide += [DefocusBlur(50), JPEGCompression(), SmoothNoise(sigma=0.8, contrast=1), Frost(), Fog()]
limit_memory(80)
for noise in wide:
    attempt(noise, X, 10)
attempt(RandomNoise([(str(place), noise) for place, noise in enumerate(wide)]), X, 10)
""")
    assert not wrong
    assert n_cases == 10


# What larger images take ------------------------------------------------------------------------


@pytest.mark.parametrize("noise", [ZoomBlur(), ZoomBlur(4, n_steps=3), Snow(), Pixelate(0.3)])
@pytest.mark.parametrize("shape", [(30, 41), (1, 90), (7, 1)])
def test_one_matrix_per_axis_gives_what_one_for_all_pixels_gives(monkeypatch, noise, shape):
    X = np.random.default_rng(0).random((5, *shape))
    noise.set_params(random_state=0)
    expected = noise.fit_transform(X)
    for module in (_blocks, _filters, _linear):
        monkeypatch.setattr(module, "MAX_WEIGHTS", 0)
        monkeypatch.setattr(module, "apply_map", None)
    assert_allclose(noise.fit_transform(X), expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("sigma", [0.3, 1, 4, 30])
def test_smooth_fields_of_long_axes(monkeypatch, sigma):
    X = np.random.default_rng(0).random((3, 23, 50))
    noises = [SmoothNoise(sigma=sigma, random_state=0), ElasticTransform(20, sigma, random_state=0)]
    expected = [noise.fit_transform(X) for noise in noises]
    matrix = _fields.smoothing_matrix(50, sigma)
    monkeypatch.setattr(_fields, "_BLOCK", 7)
    monkeypatch.setattr(_fields, "gaussian_matrix", None)
    _fields.smoothing_matrix.cache_clear()
    assert_allclose(_fields.smoothing_matrix(50, sigma).toarray(), matrix.toarray(), atol=1e-15)
    for noise, noisy in zip(noises, expected, strict=True):
        assert_allclose(noise.fit_transform(X), noisy, rtol=0, atol=1e-4)
    _fields.smoothing_matrix.cache_clear()


@pytest.mark.parametrize("shape", [(1, 3000), (3000, 1)])
def test_clouds_of_long_images_repeat(shape):
    X = np.ones((2, *shape))
    X[1, 0, 0] = 0.9
    noisy = Fog(random_state=0).fit_transform(X).reshape(2, -1)
    assert_array_equal(noisy[0, 256:], noisy[0, :-256])
    assert len(np.unique(noisy[0])) == 256
    assert (noisy[0] != noisy[1]).any()


# The noise of an image alone ----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_floats_do_not_depend_on_the_batch(noise_class, dtype, digits):
    X = (digits[:12] / 255).astype(dtype)
    noise = noise_class(random_state=0).fit(X)
    noisy = noise.transform(X)
    for row in range(len(X)):
        assert_array_equal(noise.transform(X[row : row + 1])[0], noisy[row])


def test_motion_of_an_image_alone():
    # The weights of one image are a single column, which numpy sums in another order.
    X = np.random.default_rng(0).random((20, 28, 28))
    noise = MotionBlur(31, angle_low=-180, angle_high=180, random_state=0).fit(X)
    alone = [noise.transform(X[row : row + 1])[0] for row in range(20)]
    assert_array_equal(noise.transform(X), alone)


def test_the_error_about_an_array_names_the_parameter():
    with pytest.raises(ValueError, match="'high' parameter of RandomScale must be a float"):
        RandomScale(high=np.array(11.0)).fit(np.zeros((2, 4)))
    with pytest.raises(ValueError, match="'high' parameter of RandomScale must be a float"):
        RandomScale(high=np.array([1.0, 2.0])).fit(np.zeros((2, 4)))


@pytest.mark.parametrize("number", [Fraction, np.longdouble])
def test_numbers_of_any_type(number):
    X = np.random.default_rng(0).random((3, 8, 8), dtype=np.float32)
    # Some functions of SciPy refuse longdoubles, and scikit-learn cannot compare fractions.
    for noise_class, name in ((ShotNoise, "peak"), (GaussianNoise, "scale"), (RandomScale, "high")):
        expected = noise_class(**{name: 1.25}, random_state=0).fit_transform(X)
        given = noise_class(**{name: number(1.25)}, random_state=0).fit_transform(X)
        assert_array_equal(given, expected, strict=True)
    with pytest.raises(ValueError, match=r"low=.* is greater than high="):
        RandomScale(low=number(2), high=np.longdouble(1)).fit(X)
    with pytest.raises(ValueError, match="'scale' parameter of GaussianNoise must be a float"):
        GaussianNoise(np.array(None)).fit(X)


# Floats of any width, in memory of any order ------------------------------------------------------


def test_long_doubles_are_noisy_too(noise_class):
    X = np.random.default_rng(0).random((3, 9, 7))
    noise = noise_class(random_state=0).fit(X)
    noisy = noise.transform(X.astype(np.longdouble))
    assert noisy.dtype == np.longdouble
    assert_array_equal(noisy.astype(np.float64), noise.transform(X))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_order_of_the_memory_changes_no_bit(noise_class, dtype):
    X = np.random.default_rng(0).random((6, 16, 2)).astype(dtype)
    noise = noise_class(random_state=0).fit(X)
    assert_array_equal(noise.transform(np.asfortranarray(X)), noise.transform(X))
