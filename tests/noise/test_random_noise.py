import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skmnist.exceptions import ImageShapeError
from skmnist.noise import (
    BaseNoise,
    CannyEdges,
    Fog,
    GaussianNoise,
    Inversion,
    Occlusion,
    RandomNoise,
    ReferenceNoise,
    Snow,
    Spatter,
    Stripe,
    list_noises,
    make_suite,
)

# Distinct images, darker than any cover.
DARK = np.random.default_rng(0).integers(36, size=(4000, 6, 6), dtype=np.uint8)
N = len(DARK)


def cover(level):
    """Return a noise that covers an image with a gray that identifies the noise."""
    return Occlusion(1, max_aspect_ratio=1, value=level / 10)


def covers(*levels):
    return [(f"cover_{level}", cover(level)) for level in levels]


def levels_of(noisy):
    """Return the level of the cover of each image; 0 without a cover."""
    levels = np.rint(noisy[:, 0, 0] / 25.5).astype(int)
    covered = levels > 1
    constant = (noisy == noisy[:, :1, :1]).all(axis=(1, 2))
    assert constant[covered].all()
    return np.where(covered, levels, 0)


def suite(**params):
    return list(make_suite("mnist_c", **params).items())


def assert_share(chosen, probability):
    """Check a share within three standard errors."""
    error = np.sqrt(probability * (1 - probability) / chosen.size)
    assert abs(chosen.mean() - probability) <= 3 * error


# Picks --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_noises", [1, 2, 3, 7])
def test_picks_are_uniform(n_noises):
    levels = range(2, 2 + n_noises)
    picked = levels_of(RandomNoise(covers(*levels), random_state=0).fit_transform(DARK))
    for level in levels:
        assert_share(picked == level, 1 / n_noises)


@pytest.mark.parametrize("probability", [0, 0.05, 0.5, 0.8, 1])
def test_probability_is_met(probability):
    noise = RandomNoise(covers(4, 8), probability=probability, random_state=0)
    noisy = noise.fit_transform(DARK)
    picked = levels_of(noisy)
    assert_share(picked > 0, probability)
    assert_array_equal(noisy[picked == 0], DARK[picked == 0])
    if probability > 0.4:
        # The picked noise does not depend on whether a noise is picked.
        assert_share(picked[picked > 0] == 4, 0.5)


def test_a_larger_probability_keeps_what_a_smaller_one_has_changed():
    smaller = np.zeros(N, dtype=int)
    for probability in (0.1, 0.4, 0.9, 1):
        noise = RandomNoise(covers(3, 5, 9), probability=probability, random_state=0)
        picked = levels_of(noise.fit_transform(DARK))
        assert_array_equal(picked[smaller > 0], smaller[smaller > 0])
        smaller = picked


def test_noises_of_zero_strength_are_picked_too():
    noises = [("nothing", GaussianNoise(0)), *covers(5)]
    noisy = RandomNoise(noises, random_state=0).fit_transform(DARK)
    picked = levels_of(noisy)
    assert_share(picked == 5, 0.5)
    assert_array_equal(noisy[picked == 0], DARK[picked == 0])


def test_noises_of_zero_strength_are_not_called():
    # Fog without thickness on black would divide by zero.
    black = np.zeros((3, 6, 6), dtype=np.uint8)
    assert_array_equal(RandomNoise([("fog", Fog(0))]).fit_transform(black), black)


@pytest.mark.parametrize(
    ("dtype", "value_range"),
    [
        ("uint8", None),
        ("float32", None),
        ("float64", None),
        ("int16", (-4, 300)),
        ("float32", (-4, 300)),
        ("float64", (-4, 300)),
    ],
)
def test_untouched_images_are_unchanged(dtype, value_range, digits):
    X = digits[:100].astype(dtype)
    params = {"value_range": value_range, "random_state": 0}
    noisy = RandomNoise(suite(), probability=0.3, **params).fit_transform(X)
    # The images that the same mixture of an inversion does not change.
    inverse = RandomNoise([("inverse", Inversion())], probability=0.3, **params).fit_transform(X)
    untouched = np.abs(inverse.astype(float) - X).max(axis=(1, 2)) < 1
    assert 50 < untouched.sum() < 90
    np.testing.assert_allclose(noisy[untouched], X[untouched], rtol=0, atol=1e-4)
    if dtype in ("uint8", "int16"):
        assert_array_equal(noisy[untouched], X[untouched])


# One noise and many -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["uint8", "float32", "float64"])
@pytest.mark.parametrize("name", list_noises("mnist_c"))
def test_one_noise_with_a_seed_equals_it_alone(name, dtype, digits):
    X = digits[:20] if dtype == "uint8" else (digits[:20] / 255).astype(dtype)
    noise = make_suite("mnist_c", random_state=5)[name]
    noisy = RandomNoise([(name, noise)], random_state=0).fit_transform(X)
    assert_array_equal(noisy, noise.fit_transform(X), strict=True)


def test_the_reference_protocol_is_rounded_not_truncated(digits):
    X = digits[:20]
    noise = ReferenceNoise(random_state=5)
    mixture = RandomNoise([("reference", noise)], random_state=0)
    alone = noise.fit_transform(X).astype(int)
    assert set(np.unique(mixture.fit_transform(X) - alone)) == {0, 1}
    X = X / 255
    assert_array_equal(mixture.fit_transform(X), noise.fit_transform(X))


def test_each_image_gets_what_its_noise_would_do_alone(digits):
    X = digits[:300]
    noises = suite(random_state=7)
    noisy = RandomNoise(noises, random_state=0).fit_transform(X)
    alone = np.array([noise.fit_transform(X) for _, noise in noises])
    equal = (alone == noisy).all(axis=(2, 3))
    assert equal.any(axis=0).all()  # every image equals the result of one noise
    assert equal.any(axis=1).all()  # every noise was picked


def test_noises_without_a_seed_share_it(digits):
    X = digits[:60]
    shared = RandomNoise(suite(), random_state=3).fit(X)
    assert [noise.seed_ for _, noise in shared.noises_] == [3] * 15
    assert_array_equal(
        shared.transform(X), RandomNoise(suite(random_state=3), random_state=3).fit_transform(X)
    )
    mixed = RandomNoise([("a", Fog()), ("b", Snow(random_state=8))], random_state=3).fit(X)
    assert [noise.seed_ for _, noise in mixed.noises_] == [3, 8]
    unseeded = RandomNoise([("a", Fog()), ("b", Snow())]).fit(X)
    assert {noise.seed_ for _, noise in unseeded.noises_} == {unseeded.seed_}
    again = unseeded.seed_
    assert unseeded.fit(X).seed_ != again


def test_no_order_no_subset_and_no_batch_matters(digits, monkeypatch):
    X = digits[:800]
    noise = RandomNoise(suite(), probability=0.9, random_state=0)
    noisy = noise.fit_transform(X)
    monkeypatch.setattr(RandomNoise, "_numbers_per_chunk", 300 * 784)
    assert len(X) > noise._numbers_per_chunk / 784
    assert_array_equal(noise.transform(X), noisy)
    assert_array_equal(noise.transform(X[::-1]), noisy[::-1])
    assert_array_equal(noise.transform(X[3:700:11]), noisy[3:700:11])
    assert_array_equal(np.concatenate([noise.transform(X[i : i + 1]) for i in range(9)]), noisy[:9])
    assert_array_equal(pickle.loads(pickle.dumps(noise)).transform(X[:99]), noisy[:99])
    assert_array_equal(clone(noise).fit_transform(X[:99]), noisy[:99])


def test_epochs_reach_the_noises():
    X = DARK[:200]
    alone = GaussianNoise(0.3, random_state=5).fit(X)
    noise = RandomNoise([("gauss", alone)], random_state=0).fit(X)
    assert_array_equal(noise.transform(X), alone.transform(X))
    for epoch in (0, 1):
        assert_array_equal(noise.augment(X, epoch), alone.augment(X, epoch))
    # The picks also depend on the epoch.
    noise = RandomNoise(covers(3, 6, 9), random_state=0).fit(X)
    picks = [levels_of(noise.augment(X, epoch)) for epoch in (0, 1)]
    assert 0.2 < (picks[0] == picks[1]).mean() < 0.5


def test_the_default_mixture(digits):
    X = digits[:40]
    noise = RandomNoise(random_state=0).fit(X)
    assert [type(member).__name__ for _, member in noise.noises_] == [
        "GaussianNoise",
        "RandomAffine",
        "GaussianBlur",
        "Occlusion",
    ]
    assert noise.noises is None
    named = RandomNoise(noise.noises_, random_state=0)
    assert_array_equal(named.fit_transform(X), noise.transform(X))
    assert (noise.transform(X) != X).any(axis=(1, 2)).all()


# The fitted noises --------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [np.array, pd.DataFrame])
def test_the_fitted_noises_can_be_used_alone(form, digits):
    X = form(digits[:20].reshape(20, -1))
    if form is pd.DataFrame:
        X = X.add_prefix("pixel_")
    inner = RandomNoise([("fog", Fog()), ("snow", Snow(random_state=8))])
    noises = [*suite(), ("seeded", Spatter(random_state=5)), ("inner", inner)]
    mixture = RandomNoise(noises, value_range=(0, 200), random_state=3).fit(X)
    fitted = [*mixture.noises_, *dict(mixture.noises_)["inner"].noises_]
    for name, noise in fitted:
        check_is_fitted(noise)
        alone = clone(noise).set_params(value_range=(0, 200), random_state=noise.seed_).fit(X)
        # The fitted noises are clones of the given ones.
        learned = {name: value for name, value in vars(alone).items() if name != "noises_"}
        for attribute in [attribute for attribute in learned if attribute.endswith("_")]:
            assert_array_equal(getattr(noise, attribute), getattr(alone, attribute), name)
        assert_array_equal(noise.transform(X), alone.transform(X))
        assert_array_equal(noise.augment(X, 2), alone.augment(X, 2))


def test_the_fitted_noises_forget_names_with_the_mixture(digits):
    X = digits[:3].reshape(3, -1)
    mixture = RandomNoise(random_state=0).fit(pd.DataFrame(X).add_prefix("pixel_"))
    mixture.fit(X)
    assert not any(hasattr(noise, "feature_names_in_") for _, noise in mixture.noises_)


def test_numbers_of_numpy_in_the_noises_change_nothing(digits):
    X = digits[:40]

    def noises(number):
        return [
            ("gauss", GaussianNoise(number(0.25))),
            ("inner", RandomNoise([("fog", Fog(number(1.5)))], probability=number(0.5))),
        ]

    expected = RandomNoise(noises(float), random_state=0).fit_transform(X)
    for number in (np.float32, np.float64, np.array):
        mixture = RandomNoise(noises(number), random_state=np.int64(0))
        assert_array_equal(mixture.fit_transform(X), expected)
        assert type(mixture.noises[0][1].scale) is type(number(0.25))


# Nesting ------------------------------------------------------------------------------------------


def test_a_nested_noise_with_a_seed_equals_it_alone(digits):
    X = digits[:100]
    inner = RandomNoise(suite(), probability=0.8, random_state=5)
    noise = RandomNoise([("inner", inner)], random_state=0)
    assert_array_equal(noise.fit_transform(X), inner.fit_transform(X))


def test_nested_picks_with_seeds_do_not_depend_on_each_other():
    inner = [RandomNoise(covers(*levels), random_state=sum(levels)) for levels in ((3, 5), (7, 9))]
    noise = RandomNoise([("low", inner[0]), ("high", inner[1])], random_state=0)
    picked = levels_of(noise.fit_transform(DARK))
    for level in (3, 5, 7, 9):
        assert_share(picked == level, 0.25)


def test_nested_picks_with_a_shared_seed_do_not_depend_on_each_other():
    inner = [RandomNoise(covers(*levels)) for levels in ((3, 5), (7, 9))]
    noise = RandomNoise([("low", inner[0]), ("high", inner[1])], random_state=0)
    picked = levels_of(noise.fit_transform(DARK))
    for level in (3, 5, 7, 9):
        assert_share(picked == level, 0.25)


def test_in_a_pipeline_noises_follow_one_another(digits):
    X = digits[:20]
    mixture = RandomNoise(suite(), random_state=0)
    pipeline = Pipeline([("mixture", mixture), ("stripe", Stripe())])
    assert_array_equal(pipeline.fit_transform(X), Stripe().fit_transform(mixture.fit_transform(X)))


# Errors -------------------------------------------------------------------------------------------

WRONG = {
    "empty": ([], r"noises=\[\] is empty; expected at least one \(name, noise\) tuple\."),
    "no tuple": ([Fog()], r"noises has the entry Fog\(\); expected \(name, noise\) tuples, for"),
    "a list": ([["fog", Fog()]], r"noises has the entry \['fog', Fog\(\)\]; expected"),
    "too long": ([("fog", Fog(), 1)], r"noises has the entry \('fog', Fog\(\), 1\); expected"),
    "no noise": ([("fog", 3)], r"\('fog', 3\); expected .* for example\s+\('fog', Fog\(\)\) or"),
    "a class": ([("fog", Fog)], r"noises has the entry \('fog', <class .*; expected"),
    "a string": ([("fog", "passthrough")], r"\('fog', 'passthrough'\); expected"),
    "twice": (
        [("fog", Fog()), ("fog", Snow())],
        "noises has the name 'fog'; expected names that occur once",
    ),
    "underscores": ([("my__fog", Fog())], "noises has the name 'my__fog'; .* have no '__'"),
    "an argument": (
        [("when", Fog())],
        "noises has the name 'when'; .* not parameters of RandomNoise",
    ),
    "when": (
        [("fog", Fog(when="fit"))],
        "noises has 'fog' with when='fit'; leave it at its default, and pass when to RandomNoise",
    ),
    "image_shape": (
        [("fog", Fog(image_shape=(6, 6)))],
        r"noises has 'fog' with image_shape=\(6, 6\); leave .* pass image_shape to RandomNoise",
    ),
    "value_range": (
        [("snow", Snow()), ("fog", Fog(value_range=(0, 255)))],
        r"noises has 'fog' with value_range=\(0, 255\); .* pass value_range to RandomNoise",
    ),
    "bad parameter": ([("fog", Fog(thickness=-1))], "'thickness' parameter of Fog must be"),
    "bad thresholds": ([("edges", CannyEdges(low_threshold=3))], "low_threshold=3 is greater"),
    "bad when": ([("fog", Fog(when="never"))], "'when' parameter of Fog must be"),
    "nested": ([("inner", RandomNoise([("fog", Fog(when="fit"))]))], "'fog' with when='fit'"),
    "nested empty": ([("inner", RandomNoise([]))], r"noises=\[\] is empty"),
    "no list": ({"fog": Fog()}, "'noises' parameter of RandomNoise must be None or .*list"),
    "a tuple": ((("fog", Fog()),), "'noises' parameter of RandomNoise must be None or .*list"),
}


@pytest.mark.parametrize(("noises", "message"), WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("method", ["fit", "fit_transform"])
def test_wrong_noises(noises, message, method):
    noise = RandomNoise(covers(3, 5), random_state=np.random.RandomState(0))
    expected = noise.fit_transform(DARK[:50])
    noise.noises = noises
    before = pickle.dumps(vars(noise))
    with pytest.raises(ValueError, match=message):
        getattr(noise, method)(DARK[:50])
    # The noise still works as fitted before.
    assert pickle.dumps(vars(noise)) == before
    assert_array_equal(noise.transform(DARK[:50]), expected)


def test_names_are_strings():
    with pytest.raises(ValueError, match="noises has the entry"):
        RandomNoise([(3, Fog())]).fit(DARK[:2])


@pytest.mark.parametrize("probability", [-0.1, 1.1, "often", None])
def test_wrong_probabilities(probability):
    with pytest.raises(ValueError, match="'probability' parameter of RandomNoise must be a float"):
        RandomNoise(probability=probability).fit(DARK[:2])


def test_a_failed_fit_draws_no_seeds(digits):
    member = GaussianNoise(random_state=np.random.RandomState(1))
    noise = RandomNoise([("gauss", member)])
    before = pickle.dumps(vars(noise))
    with pytest.raises(ImageShapeError, match="gray only"):
        noise.fit(np.zeros((2, 4, 4, 3)))
    assert pickle.dumps(vars(noise)) == before


def test_the_noises_of_the_suite_are_noises():
    assert all(isinstance(noise, BaseNoise) for _, noise in suite())
