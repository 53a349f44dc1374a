"""10,000 random calls of the noises, with hostile images and parameters."""

import warnings
from inspect import isabstract, isclass

import numpy as np
import pytest
from sklearn.base import clone

import skmnist.noise
from skmnist.noise import BaseNoise, RandomNoise
from skmnist.preprocessing import PixelScaler

pytestmark = pytest.mark.stress

N_CALLS = int(__import__("os").environ.get("NC", "10000"))
NOISES = [
    item
    for item in (getattr(skmnist.noise, name) for name in skmnist.noise.__all__)
    if isclass(item) and issubclass(item, BaseNoise) and not isabstract(item)
]
SHAPES = (
    (0, 5),
    (5,),
    5,
    "ab",
    (4, 4, 3),
    (4.5, 4),
    (-4, -4),
    (None, 4),
    {},
    [[4], [4]],
    (10**30, 1),
)
RANGES = ((255, 0), (0, 0), (5,), 7, "ab", (0, np.nan), (0, np.inf), (0, 1j), (None, 1), (0, 1, 2),
          ("0", "x"), {}, [[0], [1]])  # fmt: skip


def draw_noise(rng):
    if rng.random() < 0.03:
        return PixelScaler()
    noise = NOISES[int(rng.integers(len(NOISES)))](random_state=int(rng.integers(100)))
    if isinstance(noise, RandomNoise) and rng.random() < 0.5:
        noise.noises = [(f"n{i}", draw_noise_of_list(rng)) for i in range(3)]
    return noise


def draw_noise_of_list(rng):
    return NOISES[int(rng.integers(len(NOISES)))]()


def set_hostile_parameters(rng, noise, images, hostile_value):
    """Set one or two parameters; return the plain noise, and the names of those that are bad."""
    plain, bad, changed = clone(noise), [], []
    constraints = type(noise)._parameter_constraints
    names = [name for name in constraints if name != "noises"]
    for name in rng.permutation(names)[: int(rng.integers(1, 3))].tolist():
        height, width = images.shape[1:]
        if name in ("image_shape", "value_range") and rng.random() < 0.5:
            good = [
                [(height, width), [height, width, 1], np.array([height, width])],
                [(0, 255), [0.0, 200.0], np.array([10, 90]), (np.uint8(0), np.float32(255))],
            ]
            values = good[name == "value_range"]
            value = plain_value = values[int(rng.integers(len(values)))]
            is_good = True
        elif name in ("image_shape", "value_range"):
            values = SHAPES if name == "image_shape" else RANGES
            value, plain_value, is_good = values[int(rng.integers(len(values)))], None, False
        else:
            value, plain_value, is_good = hostile_value(rng, constraints[name])
        setattr(noise, name, value)
        setattr(plain, name, plain_value)
        changed.append(f"{name}={value!r:.80}")
        if not is_good:
            bad.append(name)
    return plain, bad, ", ".join(changed)


def assert_equal(result, expected):
    assert isinstance(result, np.ndarray), type(result)
    assert result.shape == expected.shape, (result.shape, expected.shape)
    assert result.dtype.name == expected.dtype.name, (result.dtype, expected.dtype)
    assert np.isfinite(result.astype(np.longdouble)).all(), "not finite"
    np.testing.assert_array_equal(result, expected)


def assert_right(noise, X, result):
    """Assert what must hold of a result by itself; `X` is an array."""
    if isinstance(noise, PixelScaler):
        assert result.min() >= 0
        assert result.max() <= 1
        return
    low, high = noise.value_range_
    assert float(result.min()) >= low - 1e-9 * abs(low), f"{result.min()} < {low}"
    assert float(result.max()) <= high + 1e-9 * abs(high), f"{result.max()} > {high}"
    if noise.value_range is None:
        assert (low, high) == expected_range(X), f"{(low, high)} {expected_range(X)}"
    np.testing.assert_array_equal(noise.transform(X[::-1]), noise.transform(X)[::-1])
    if X.dtype.kind in "iu" and max(-low, high) < 2**24:
        floats = clone(noise).set_params(value_range=(low, high), random_state=0)
        whole = clone(floats).fit(X).transform(X)
        floats = floats.fit(X.astype(np.float32)).transform(X.astype(np.float32))
        tolerance = 1 if noise._truncates_integers else 0.5
        assert np.abs(whole - floats.astype(np.float64)).max() <= tolerance + 1e-3


def expected_range(X):
    """Return the value range by the rules of the documentation."""
    if X.dtype.name in ("bool", "uint8", "uint16"):
        return {"bool": (0, 1), "uint8": (0, 255), "uint16": (0, 65535)}[X.dtype.name]
    low, high = float(X.min()), float(X.max())
    if low >= 0 and high <= 1:
        return 0, 1
    if low >= 0 and 16 < high <= 255 and X.dtype.name != "int8":
        return 0, 255
    if low == high:
        return (low - 1, low) if X.dtype.name == "int8" and low == 127 else (low, low + 1)
    return low, high


def test_noises(judge, rng_of, draw_images, hostile_images, hostile_value):
    for number in range(N_CALLS):
        rng = rng_of(number)
        noise, images = draw_noise(rng), draw_images(rng)
        kind = rng.random()
        if kind < 0.45:
            X, plain_X, what = hostile_images(rng, images)
            plain, names = clone(noise), ["X"]
            must_refuse = plain_X is None
        elif kind < 0.85 and not isinstance(noise, PixelScaler):
            X = plain_X = images
            plain, bad, what = set_hostile_parameters(rng, noise, images, hostile_value)
            names, must_refuse = [*type(noise)._parameter_constraints, "X"], bool(bad)
        else:  # after a fit to other images
            others = draw_images(rng, shape=images.shape[1:])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)
                noise.fit(others)
            X, plain_X, what = hostile_images(rng, images)
            what = f"transform: {what}"
            must_refuse = plain_X is None
            plain, names = noise, ["X"]
        is_fitted = plain is noise
        method = "transform" if is_fitted else "fit_transform"

        def compare(result, expected, noise=noise, X=plain_X, is_fitted=is_fitted):
            assert_equal(result, expected)
            if not is_fitted:
                assert_right(noise, X, result)

        judge(
            f"call {number}: {noise!r:.300}, {what}",
            lambda noise=noise, method=method, X=X: getattr(noise, method)(X),
            names=names,
            plain=None if must_refuse else lambda: getattr(plain, method)(plain_X),
            compare=compare,
            estimator=noise,
            inputs=[X],
        )
    judge.finish(N_CALLS)
