"""Predictions under corruptions: each noise is made once, each model predicts once."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
from joblib import effective_n_jobs
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import gen_batches
from sklearn.utils.metaestimators import available_if
from sklearn.utils.parallel import Parallel, delayed

from skmnist._utils import without_inversion_warning
from skmnist._utils._sklearn import safe_indexing
from skmnist.robustness._corruptions import Corruption
from skmnist.robustness._models import final_estimator

_Result = TypeVar("_Result")

# Images in memory at once. A constant, because the last bits of some predictions depend on it.
_ROWS_PER_CHUNK = 2048

# Corruptions that a worker gets at once, at most: a process unpickles the models once for them, and
# TensorFlow traces a network again after that.
_TASKS_PER_BATCH = 4


def _stores(method: str) -> Callable[["StoredPredictions"], bool]:
    return lambda self: method in self.responses


class StoredPredictions(ClassifierMixin, BaseEstimator):
    """A fitted classifier that looks its predictions up, so that any scorer can score them.

    Its `X` are the numbers of the rows; rows that are drawn with replacement are a resample.

    Parameters
    ----------
    classes : ndarray of shape (n_classes,)
        The labels, in the order of the columns of the probabilities.
    responses : mapping of str to ndarray
        The predictions of all rows, by the name of the method that returned them.
    """

    def __init__(self, classes: np.ndarray, responses: Mapping[str, np.ndarray]) -> None:
        self.classes_ = classes
        self.responses = responses

    @available_if(_stores("predict"))
    def predict(self, X: Any) -> np.ndarray:
        """Return the labels of rows."""
        return self.responses["predict"][X]

    @available_if(_stores("predict_proba"))
    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probabilities of rows."""
        return self.responses["predict_proba"][X]

    @available_if(_stores("decision_function"))
    def decision_function(self, X: Any) -> np.ndarray:
        """Return the values of the decision function of rows."""
        return self.responses["decision_function"][X]


def evaluate(
    models: Mapping[str, Any],
    X: Any,
    corruptions: Sequence[Corruption],
    methods: Mapping[str, Sequence[str]],
    reduce: Callable[[Mapping[str, StoredPredictions]], _Result],
    *,
    X_fit: Any = None,
    n_jobs: int | None = None,
    verbose: int = 0,
) -> Iterator[tuple[Corruption, _Result]]:
    """Predict under each corruption, and yield a reduction of the predictions.

    Parameters
    ----------
    models : mapping of str to estimator
        Fitted classifiers.
    X : array-like or table
        The images.
    corruptions : sequence of Corruption
        The corruptions.
    methods : mapping of str to sequence of str
        The methods to call on each model, such as "predict_proba".
    reduce : callable
        Called with the predictions of all models. Its results should be small, because finished
        results stay in memory until they are yielded.
    X_fit : array-like or table, default=None
        The images to which the noises are fitted. If None, `X`.
    n_jobs : int, default=None
        Number of threads, or of workers of the backend that ``joblib.parallel_config`` sets.
    verbose : int, default=0
        If positive, a line is written to stderr for each corruption that is done.

    Yields
    ------
    corruption, result : tuple
        In the order of `corruptions`.
    """
    start = time.perf_counter()
    batch_size = max(1, min(_TASKS_PER_BATCH, len(corruptions) // (2 * effective_n_jobs(n_jobs))))
    parallel = Parallel(
        n_jobs=n_jobs,
        prefer="threads",
        return_as="generator",
        batch_size=batch_size,
        pre_dispatch="all",  # joblib makes smaller batches of the first tasks otherwise
    )
    results = parallel(
        delayed(_evaluate_one)(
            corruption, models, X, X if X_fit is None else X_fit, methods, reduce
        )
        for corruption in corruptions
    )
    for i, (corruption, result) in enumerate(zip(corruptions, results, strict=True), start=1):
        if verbose > 0:
            seconds = time.perf_counter() - start
            sys.stderr.write(f"[{i}/{len(corruptions)}] {corruption}: {seconds:.1f} s\n")
        yield corruption, result


def _evaluate_one(
    corruption: Corruption,
    models: Mapping[str, Any],
    X: Any,
    X_fit: Any,
    methods: Mapping[str, Sequence[str]],
    reduce: Callable[[Mapping[str, StoredPredictions]], _Result],
) -> _Result:
    """Predict under one corruption, chunk by chunk, and reduce the predictions."""
    transform = corruption.transformer(X_fit)
    n_rows = X.shape[0] if hasattr(X, "shape") else len(X)
    chunks: dict[str, list[dict[str, np.ndarray]]] = {name: [] for name in models}
    for rows in gen_batches(n_rows, _ROWS_PER_CHUNK):
        noisy = transform(safe_indexing(X, rows))
        with without_inversion_warning():  # some noises invert images or parts of them
            for name, model in models.items():
                chunks[name].append(_predict(model, noisy, methods[name]))
    return reduce(
        {
            name: StoredPredictions(
                models[name].classes_,
                {method: np.concatenate([c[method] for c in parts]) for method in methods[name]},
            )
            for name, parts in chunks.items()
        }
    )


def _predict(model: Any, X: Any, methods: Sequence[str]) -> dict[str, np.ndarray]:
    """Return the results of some methods."""
    if set(methods) == {"predict", "predict_proba"} and _predicts_most_probable_class(model):
        probabilities = model.predict_proba(X)
        labels = model.classes_[probabilities.argmax(axis=1)]
        return {"predict": labels, "predict_proba": probabilities}
    return {method: np.asarray(getattr(model, method)(X)) for method in methods}


def _predicts_most_probable_class(model: Any) -> bool:
    """Return whether each label is the most probable class; that holds for our networks only."""
    return type(final_estimator(model)).__module__.startswith("skmnist.neural_network")
