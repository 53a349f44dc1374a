"""Parameters of RandomNoise and of the noises in its list."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import ParameterGrid

from skmnist.noise import (
    Fog,
    GaussianBlur,
    GaussianNoise,
    RandomNoise,
    Snow,
    Spatter,
    Stripe,
    make_suite,
)


def test_parameters_of_the_noises_are_reached_by_their_names(digits):
    X = digits[:20]
    fog, snow = Fog(), Snow()
    noise = RandomNoise([("fog", fog), ("snow", snow)], random_state=0)
    params = noise.get_params()
    assert params["fog"] is fog
    assert params["fog__thickness"] == 1.5
    assert params["snow__mean"] == snow.mean
    assert noise.get_params(deep=False).keys() == RandomNoise().get_params().keys()
    assert noise.set_params(fog__thickness=0.7, probability=0.9) is noise
    assert (fog.thickness, noise.probability) == (0.7, 0.9)
    expected = RandomNoise([("fog", Fog(0.7)), ("snow", Snow())], probability=0.9, random_state=0)
    assert_array_equal(noise.fit_transform(X), expected.fit_transform(X))


def test_noises_are_replaced_by_their_names():
    given = [("fog", Fog()), ("snow", Snow())]
    noise = RandomNoise(given).set_params(fog=Spatter())
    assert [type(member) for _, member in noise.noises] == [Spatter, Snow]
    assert [name for name, _ in noise.noises] == ["fog", "snow"]
    assert type(given[0][1]) is Fog  # the given list is not changed
    noise.set_params(noises=[("blur", GaussianBlur())], blur__sigma=4)
    assert noise.noises[0][1].sigma == 4


def test_a_grid_of_parameters(digits):
    X = digits[:30]
    noise = RandomNoise([("fog", Fog()), ("snow", Snow())], random_state=0)
    grid = ParameterGrid(
        {"fog__thickness": [1, 2], "snow": [Snow(0.4), Stripe()], "probability": [0.5, 1]}
    )
    results = [clone(noise).set_params(**params).fit_transform(X).tobytes() for params in grid]
    assert len(set(results)) == len(grid) == 8
    assert noise.get_params()["fog__thickness"] == 1.5


def test_clones_have_clones_of_the_noises():
    noise = RandomNoise([("fog", Fog(0.6)), ("snow", Snow())], probability=0.3, random_state=4)
    twin = clone(noise)
    assert repr(twin) == repr(noise)
    assert twin.noises[0][1] is not noise.noises[0][1]
    twin.set_params(fog__thickness=2)
    assert noise.noises[0][1].thickness == 0.6


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"fogg__thickness": 1}, "Invalid parameter 'fogg' for estimator RandomNoise"),
        ({"fog__thicknes": 1}, "Invalid parameter 'thicknes' for estimator Fog"),
        ({"snow": Snow()}, "Invalid parameter 'snow' for estimator RandomNoise"),
    ],
)
def test_parameters_that_do_not_exist(params, message):
    with pytest.raises(ValueError, match=message):
        RandomNoise([("fog", Fog())]).set_params(**params)


def test_fit_leaves_the_given_noises_alone(digits):
    given = list(make_suite("mnist_c").items())
    before = pickle.dumps(given)
    noise = RandomNoise(given, random_state=0)
    noise.fit_transform(digits[:30])
    assert noise.noises is given
    assert pickle.dumps(given) == before
    for (_, member), (_, fitted) in zip(given, noise.noises_, strict=True):
        assert member is not fitted
        assert not hasattr(member, "seed_")


def test_random_state_instances_advance(digits):
    X = digits[:40]

    def noise():
        member = GaussianNoise(random_state=np.random.RandomState(1))
        return RandomNoise(
            [("gauss", member), ("fog", Fog())], random_state=np.random.RandomState(0)
        )

    mixture = noise()
    first = mixture.fit_transform(X)
    assert_array_equal(mixture.transform(X), first)
    seeds = mixture.seed_, mixture.noises_[0][1].seed_
    assert mixture.noises_[1][1].seed_ == mixture.seed_
    again = mixture.fit(X)
    assert again.seed_ != seeds[0]
    assert again.noises_[0][1].seed_ != seeds[1]
    assert_array_equal(noise().fit_transform(X), first)


def test_noises_that_share_a_random_state_instance_differ(digits):
    shared = np.random.RandomState(0)
    members = [(name, GaussianNoise(random_state=shared)) for name in "ab"]
    noise = RandomNoise(members, random_state=shared).fit(digits[:4])
    assert len({noise.seed_, *(member.seed_ for _, member in noise.noises_)}) == 3
