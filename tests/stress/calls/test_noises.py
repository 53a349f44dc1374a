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

N_CALLS = 10_000
NOISES = [
    item
    for item in (getattr(skmnist.noise, name) for name in skmnist.noise.__all__)
    if isclass(item) and issubclass(item, BaseNoise) and not isabstract(item)
]
SHAPES = ((0, 5), (5,), 5, "ab", (4, 4, 3), (4.5, 4), (-4, -4), (None, 4), {}, [[4], [4]],
          (10**30, 1))  # fmt: skip
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
    """Assert that a result is valid; `X` is an array."""
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


class Calls:
    """One method for each kind of call; it returns the arguments of the judge."""

    def __init__(self, draw_images, hostile_images, hostile_value):
        self.draw_images = draw_images
        self.hostile_images = hostile_images
        self.hostile_value = hostile_value

    def images(self, rng):
        """Fit to hostile images."""
        X, plain_X, what = self.hostile_images(rng, self.draw_images(rng))
        noise = draw_noise(rng)
        return self._fit(noise, clone(noise), X, plain_X, what, ["X"])

    def parameters(self, rng):
        """Fit with hostile parameters."""
        X, noise = self.draw_images(rng), draw_noise(rng)
        if isinstance(noise, PixelScaler):
            return self._fit(noise, clone(noise), X, X, "uint8", ["X"])
        plain, bad, what = set_hostile_parameters(rng, noise, X, self.hostile_value)
        names = [*type(noise)._parameter_constraints, "X"]
        call = self._fit(noise, plain, X, X, what, names)
        return call | {"plain": None} if bad else call

    def later_images(self, rng):
        """Transform hostile images after a fit to others; sometimes they have another shape."""
        noise, images = draw_noise(rng), self.draw_images(rng)
        height, width = images.shape[1:]
        is_other = rng.random() < 0.1
        fit_quietly(noise, self.draw_images(rng, (height + is_other, width)))
        X, plain_X, what = self.hostile_images(rng, images)
        return {
            "what": f"{noise!r:.300}, transform: {what}",
            "call": lambda: noise.transform(X),
            "names": ["X"],
            "plain": None if plain_X is None or is_other else lambda: noise.transform(plain_X),
            "compare": assert_equal,
            "estimator": noise,
            "inputs": [X],
        }

    def epochs(self, rng):
        """Augment hostile images, in hostile epochs."""
        noise, images = draw_noise(rng), self.draw_images(rng)
        if isinstance(noise, PixelScaler):
            return self.epochs(rng)
        fit_quietly(noise, images)
        X, plain_X, what = self.hostile_images(rng, images)
        epochs = [(0, 0), (np.int64(3), 3), (10**9, 10**9), (-1, None), (1.5, None), ("a", None)]
        epoch, plain = epochs[int(rng.integers(len(epochs)))]
        is_good = plain_X is not None and plain is not None
        return {
            "what": f"{noise!r:.300}, augment in epoch {epoch!r}: {what}",
            "call": lambda: noise.augment(X, epoch),
            "names": ["X", "epoch"],
            "plain": (lambda: noise.augment(plain_X, plain)) if is_good else None,
            "compare": assert_equal,
            "estimator": noise,
            "inputs": [X],
        }

    def _fit(self, noise, plain, X, plain_X, what, names):
        def compare(result, expected):
            assert_equal(result, expected)
            assert_right(noise, plain_X, result)

        return {
            "what": f"{noise!r:.300}, {what}",
            "call": lambda: noise.fit_transform(X),
            "names": names,
            "plain": None if plain_X is None else lambda: plain.fit_transform(plain_X),
            "compare": compare,
            "estimator": noise,
            "inputs": [X],
        }


def fit_quietly(noise, images):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        noise.fit(images)


def test_noises(judge, rng_of, draw_images, hostile_images, hostile_value):
    calls = Calls(draw_images, hostile_images, hostile_value)
    sorts = [calls.images] * 4 + [calls.parameters] * 4 + [calls.later_images, calls.epochs]
    for number in range(N_CALLS):
        rng = rng_of(number)
        arguments = sorts[int(rng.integers(len(sorts)))](rng)
        judge(f"call {number}: {arguments.pop('what')}", **arguments)
    judge.finish(N_CALLS)
