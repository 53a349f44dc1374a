"""Seeds that do not use the global generators."""

import numpy as np


def draw_seed(random_state: int | np.random.RandomState | None) -> int:
    """Convert scikit-learn's `random_state` into one integer seed.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        An int is the seed itself. A RandomState instance is advanced by one draw, as in
        scikit-learn. None takes fresh entropy from the operating system, never from the global
        generator of numpy.

    Returns
    -------
    int
        A seed in [0, 2**32).
    """
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31 - 1))
    return int(random_state)
