"""The timed function of scikit-learn's own network."""

import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from benchmarks.harness.digits import digits
from benchmarks.harness.timing import seconds_of


def fit_seconds(n_rows: int, epochs: int) -> float:
    """Return the seconds of a fit of mlp-4, without its dropout."""
    X, y = digits(n_rows)
    X = X.reshape(n_rows, -1).astype("float32") / 255
    net = MLPClassifier((784, 512, 256, 128), batch_size=100, max_iter=epochs, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return seconds_of(lambda: net.fit(X, y))
