"""The classifier that rejects rows."""

from collections.abc import Mapping
from numbers import Real
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import (
    assert_all_finite,
    check_random_state,
    column_or_1d,
    get_tags,
    indexable,
)
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.multiclass import check_classification_targets

from skmnist._utils import (
    SavedStateMixin,
    as_one_task,
    estimator_dataclass,
    parameter,
    refitted,
    validate_params,
    warn_user,
)
from skmnist._utils._sklearn import (
    HasMethods,
    Interval,
    StrOptions,
    check_method_params,
    safe_indexing,
)
from skmnist.exceptions import UnreachableTargetWarning
from skmnist.selective._labels import check_reject_label
from skmnist.selective._prediction import SelectivePredictionMixin
from skmnist.selective._scores import MAX_REFERENCES, SCORES, check_score, reference_features
from skmnist.selective._thresholds import fewest_rows, threshold_for_coverage, threshold_for_risk


@estimator_dataclass
class SelectiveClassifier(
    SavedStateMixin, SelectivePredictionMixin, ClassifierMixin, MetaEstimatorMixin, BaseEstimator
):
    """Predict the rows of which a classifier is sure enough, and reject the others.

    `fit` trains the classifier on a part of the rows and sets a threshold of its confidence on the
    others, the calibration rows. New rows whose confidence is below the threshold get the label
    `reject_label`. Pass either `target_risk` or `target_coverage`.

    Parameters
    ----------
    estimator : classifier
        A classifier with `predict_proba`: a network, a Pipeline that ends in one, or any other one
        of scikit-learn. A copy is trained. A fitted classifier in
        ``sklearn.frozen.FrozenEstimator`` is used as it is, and all rows of `fit` are calibration
        rows; it must not have been trained on them.
    target_risk : float, default=None
        The largest acceptable error rate of the predicted rows, in (0, 1).
    target_coverage : float, default=None
        The smallest acceptable share of predicted rows, in (0, 1].
    confidence_level : float, default=0.95
        Probability that the target is kept, in (0, 1); see Notes.
    score_method : {"max_proba", "margin", "entropy", "energy", "neighbors", "views"}, \
default="max_proba"
        The confidence. "max_proba": probability of the most probable class. "margin": the
        difference to the second one. "entropy": negative entropy of the probabilities, in nats.
        "energy": `score_samples` of a network. "neighbors": similarity to the most similar of at
        most 10,000 training rows, the cosine of the features that a network extracts; rejects
        images that are no digits best. "views": smallest probability of the label over the noisy
        views of a network with `test_time_views`.
    calibration_fraction : float, default=0.2
        Share of the rows that calibrate, in (0, 1). With a ``FrozenEstimator`` it is ignored,
        except for "neighbors", which then compares with the other rows.
    reject_label : object, default=None
        The label of rejected rows; it must not be a class. If None, "rejected" if the classes are
        strings; otherwise -1, or the integer below the smallest class if -1 is not below it.
    random_state : int, RandomState instance or None, default=None
        Seed of the choice of the calibration rows, and of their order.

    Attributes
    ----------
    estimator_ : classifier
        The fitted classifier.
    classes_ : ndarray of shape (n_classes,)
        The class labels, without `reject_label_`.
    threshold_ : float
        The smallest confidence of rows that are predicted: -inf if all are, inf if none is.
    coverage_ : float
        Share of the calibration rows that reach the threshold.
    reject_label_ : object
        The label of rejected rows.
    references_ : ndarray of shape (n_references, n_features), float32, or None
        Features of training rows, of unit length, if `score_method` is "neighbors".
    n_features_in_ : int
        Number of features, if `estimator_` has this attribute.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if `estimator_` has this attribute.

    See Also
    --------
    skmnist.robustness.RiskCoverageDisplay : The error rate at every threshold, as a figure.
    sklearn.calibration.CalibratedClassifierCV : Calibrates probabilities.
    sklearn.model_selection.TunedThresholdClassifierCV : Tunes the threshold between two classes.

    Notes
    -----
    *What is guaranteed.* Let the calibration rows and the new rows be drawn independently from one
    distribution. With `target_risk`, the probability of a wrong label, given that a new row is
    predicted, is at most `target_risk`. With `target_coverage`, the probability that a new row is
    predicted is at least `target_coverage`. Either holds with probability `confidence_level` over
    the calibration rows: of 100 fits with other calibration rows, 5 may miss the target by default.
    The guarantee holds for every classifier, every confidence and every number of rows.

    *What is not.* It is about the average new row, not about single classes, and one target says
    nothing about the other. It fails if new rows have another distribution than the calibration
    rows: more noise, another writer, images that are no digits. Several rows of one source, such as
    noisy copies of one image, are not independent.

    *How.* With `target_risk`, a fifth of the calibration rows proposes thresholds, and the others
    test them by exact binomial tests, from the highest to the lowest, until one fails. Even without
    any error, 374 calibration rows are needed to guarantee 0.01. If the first test fails,
    everything is rejected, with a warning. `target_coverage` uses the exact confidence bound of a
    quantile. The calibration rows are chosen at random and without stratification, which would make
    them dependent. Weights of rows reach the classifier only.

    *As in scikit-learn's outlier detectors*, `decision_function` is one number per row,
    ``score_samples(X) - threshold_``, negative for rejected rows; it does not separate classes.
    A scorer of two classes that prefers `decision_function`, such as "roc_auc", needs
    ``response_method="predict_proba"``.

    References
    ----------
    Geifman, Y. and El-Yaniv, R. (2017). Selective Classification for Deep Neural Networks. NeurIPS.
    :arxiv:`1705.08500`

    Angelopoulos, A. N. et al. (2021). Learn then Test: Calibrating Predictive Algorithms to Achieve
    Risk Control. :arxiv:`2110.01052`

    Liu, W. et al. (2020). Energy-based Out-of-distribution Detection. NeurIPS. :arxiv:`2010.03759`

    Sun, Y. et al. (2022). Out-of-Distribution Detection with Deep Nearest Neighbors. ICML.
    :arxiv:`2204.06507`

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from skmnist.selective import SelectiveClassifier
    >>> X, y = load_digits(return_X_y=True)
    >>> model = SelectiveClassifier(KNeighborsClassifier(5), target_risk=0.02, random_state=0)
    >>> model = model.fit(X[:1200], y[:1200])
    >>> scores = model.selective_scores(X[1200:], y[1200:])
    >>> scores["risk"] < 0.02
    True
    """

    estimator: Any = parameter(HasMethods(["fit", "predict_proba"]), kw_only=False)
    target_risk: float | None = parameter(
        None, Interval(Real, 0, 1, closed="neither"), default=None
    )
    target_coverage: float | None = parameter(
        None, Interval(Real, 0, 1, closed="right"), default=None
    )
    confidence_level: float = parameter(Interval(Real, 0, 1, closed="neither"), default=0.95)
    score_method: str = parameter(StrOptions(set(SCORES)), default="max_proba")
    calibration_fraction: float = parameter(Interval(Real, 0, 1, closed="neither"), default=0.2)
    reject_label: Any = parameter(object, default=None)
    random_state: int | np.random.RandomState | None = parameter("random_state", default=None)

    @as_one_task
    def fit(self, X: Any, y: Any, **fit_params: Any) -> Self:
        """Train the classifier and set the threshold.

        Parameters
        ----------
        X : array-like or table of shape (n, ...)
            The rows, in the form that `estimator` takes.
        y : array-like of shape (n,)
            Class labels.
        **fit_params : dict
            Parameters for `fit` of the estimator; arrays with an entry for each row are split like
            the rows. With metadata routing, those that `estimator` requests.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            If a parameter or `y` is not valid, or `estimator` lacks what `score_method` needs. The
            classifier is then unchanged.
        NotFittedError
            If `estimator` is frozen and has not been fitted.

        Warns
        -----
        UnreachableTargetWarning
            If `target_risk` cannot be guaranteed at any threshold. Everything is then rejected.
        """
        validate_params(self)
        if (self.target_risk is None) == (self.target_coverage is None):
            raise ValueError(
                f"Got target_risk={self.target_risk} and target_coverage={self.target_coverage}; "
                "pass exactly one of them, such as target_risk=0.01."
            )
        check_score(self.score_method, self.estimator)
        with refitted(self) as draft:
            X_calibration, y_calibration = draft._fit_estimator(X, y, fit_params)
            draft._calibrate(X_calibration, y_calibration)
        return self

    def _fit_estimator(
        self, X: Any, y: Any, fit_params: Mapping[str, Any]
    ) -> tuple[Any, npt.NDArray[Any]]:
        """Set `estimator_`, and return the calibration rows and their labels."""
        if y is None:
            raise ValueError(
                "This SelectiveClassifier requires y to be passed, but the target y is None."
            )
        X, y = indexable(X, column_or_1d(y, warn=True))
        assert_all_finite(y, input_name="y")
        check_classification_targets(y)
        training, calibration = self._split(len(y))
        X_training = safe_indexing(X, training)
        self.estimator_ = clone(self.estimator).fit(
            X_training,
            y[training],
            **check_method_params(X, self._routed(fit_params), training),
        )
        self._score_method = self.score_method
        self.references_ = None
        if self.score_method == "neighbors":
            kept = safe_indexing(X_training, slice(MAX_REFERENCES))
            self.references_ = reference_features(self.estimator_, kept)
        self.classes_ = self.estimator_.classes_
        self.reject_label_ = check_reject_label(self.reject_label, self.classes_)
        for name in ("n_features_in_", "feature_names_in_"):
            self.__dict__.pop(name, None)
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return safe_indexing(X, calibration), y[calibration]

    def _split(self, n: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return the training rows and the calibration rows, in random order."""
        order = check_random_state(self.random_state).permutation(n)
        if isinstance(self.estimator, FrozenEstimator) and self.score_method != "neighbors":
            return order[:0], order
        if n < 2:
            raise ValueError(f"X has {n} sample; expected at least 2, to train and to calibrate.")
        n_calibration = min(max(1, round(n * self.calibration_fraction)), n - 1)
        return order[n_calibration:], order[:n_calibration]

    def _routed(self, fit_params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the parameters for `fit` of the estimator."""
        if get_config()["enable_metadata_routing"]:
            return process_routing(self, "fit", **fit_params).estimator.fit
        return fit_params

    def _calibrate(self, X: Any, y: npt.NDArray[Any]) -> None:
        """Set the threshold."""
        labels, scores = self._labels_and_scores(X)
        if self.target_coverage is not None:
            self.threshold_ = threshold_for_coverage(
                scores, self.target_coverage, self.confidence_level
            )
        if self.target_risk is not None:
            self.threshold_ = threshold_for_risk(
                scores, labels == y, self.target_risk, self.confidence_level
            )
            if self.threshold_ == np.inf:
                fewest = fewest_rows(self.target_risk, self.confidence_level)
                warn_user(
                    f"target_risk={self.target_risk} cannot be guaranteed at any threshold: "
                    f"{np.mean(labels != y):.2%} of the {len(y)} calibration rows are wrong. Every "
                    f"row will be rejected. Pass more calibration rows (at least {fewest}), a "
                    "greater target_risk, a lower confidence_level, or a better classifier.",
                    UnreachableTargetWarning,
                )
        self.coverage_ = float(np.mean(scores >= self.threshold_))

    def get_metadata_routing(self) -> MetadataRouter:
        """Return how metadata are routed: parameters of `fit` to `fit` of the estimator.

        Returns
        -------
        MetadataRouter
            The routing.
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=mapping)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator).input_tags
        tags.input_tags.sparse = inner.sparse
        tags.input_tags.allow_nan = inner.allow_nan
        return tags
