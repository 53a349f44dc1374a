import pickle
import random

import numpy as np
import pytest

from skmnist._utils import draw_seed


@pytest.mark.parametrize("seed", [0, 42, np.int64(7), 2**32 - 1])
def test_an_integer_is_the_seed(seed):
    assert draw_seed(seed) == seed
    assert type(draw_seed(seed)) is int


def test_none_takes_fresh_entropy():
    seeds = {draw_seed(None) for _ in range(20)}
    assert len(seeds) == 20
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_a_random_state_is_advanced():
    seeds = [draw_seed(state) for state in [np.random.RandomState(3)] * 2]
    assert seeds[0] != seeds[1]
    assert draw_seed(np.random.RandomState(3)) == seeds[0]


def test_global_generators_are_left_alone():
    before = pickle.dumps((np.random.get_state(), random.getstate()))
    for random_state in (None, 0, np.random.RandomState(0)):
        draw_seed(random_state)
    assert pickle.dumps((np.random.get_state(), random.getstate())) == before
