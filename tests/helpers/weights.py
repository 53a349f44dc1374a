"""Weights of fitted networks, to compare them bit by bit."""

import numpy as np


def weights_of(net):
    return [weight.copy() for weight in net.model_.get_weights()]


def assert_equal_weights(weights, others):
    """Compare lists of arrays."""
    for one, other in zip(weights, others, strict=True):
        np.testing.assert_array_equal(one, other)
