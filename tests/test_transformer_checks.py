"""Checks of scikit-learn for all public transformers."""

import inspect

import numpy as np
import pytest
import sklearn
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import get_tags
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.fixes import parse_version

import skmnist.noise
import skmnist.preprocessing
from skmnist._utils._sklearn import HAS_CALLBACKS

PUBLIC = [
    getattr(package, name)
    for package in (skmnist.noise, skmnist.preprocessing)
    for name in package.__all__
]
TRANSFORMERS = [
    item
    for item in PUBLIC
    if inspect.isclass(item) and issubclass(item, TransformerMixin) and not inspect.isabstract(item)
]

# Since scikit-learn 1.9, one check needs SCIPY_ARRAY_API=1 before SciPy is imported.
HAS_ARRAY_API_CHECK = parse_version(sklearn.__version__) >= parse_version("1.9")
SKIPPED = {"check_array_api_input"} if HAS_ARRAY_API_CHECK else set()


@pytest.fixture(params=TRANSFORMERS, ids=lambda transformer: transformer.__name__)
def transformer(request):
    return request.param


def subclasses(cls):
    """Return all subclasses of a class, at any depth."""
    return {cls, *(found for direct in cls.__subclasses__() for found in subclasses(direct))}


def test_all_transformers_are_found():
    defined = {
        cls
        for cls in subclasses(TransformerMixin)
        if cls.__module__.startswith("skmnist.") and not inspect.isabstract(cls)
    }
    assert set(TRANSFORMERS) == defined


@pytest.mark.skipif(not HAS_CALLBACKS, reason="scikit-learn has callbacks since 1.9")
def test_fit_is_a_task_of_callbacks(transformer):
    tasks = []

    class Recorder:
        def setup(self, estimator, context):
            pass

        teardown = on_fit_task_begin = setup

        def on_fit_task_end(self, estimator, context):
            tasks.append(context.task_name)

    X = np.arange(128, dtype=np.uint8).reshape(2, 64)
    estimator = transformer().set_callbacks(Recorder())
    estimator.fit(X).fit_transform(X)
    assert tasks == ["fit", "fit-transform"] or tasks == ["fit", "fit"], "decorate by as_one_task"


# The checks use numbers of features that are not squares, values of unknown ranges, and noise.
@pytest.mark.filterwarnings("ignore:X has .* features, which is not a perfect square")
@pytest.mark.filterwarnings("ignore:The pixels run from .* which is neither 0-1 nor 0-255")
@pytest.mark.filterwarnings("ignore:X has .* images without ink")
def test_check_estimator(transformer):
    results = check_estimator(transformer(), on_skip=None, on_fail=None)
    by_status = {"failed": {}, "passed": {}, "skipped": {}, "xfail": {}}
    for result in results:
        by_status[result["status"]][result["check_name"]] = result["exception"]
    assert not by_status["failed"]
    assert not by_status["xfail"]
    assert by_status["skipped"].keys() == SKIPPED
    assert sum(result["status"] == "passed" for result in results) >= 46


def test_no_tag_switches_a_check_off(transformer):
    tags = get_tags(transformer())
    assert not tags.no_validation
    assert not tags.non_deterministic
    assert not tags._skip_test
    assert tags.classifier_tags is None
    assert tags.regressor_tags is None


def test_init_only_assigns(transformer):
    assert transformer.__init__.__kwdefaults__ or transformer.__init__.__defaults__
    marker = object()
    arguments = dict.fromkeys(inspect.signature(transformer).parameters, marker)
    assert vars(transformer(**arguments)) == arguments


def test_every_argument_is_constrained(transformer):
    constraints = transformer._parameter_constraints
    assert constraints.keys() == inspect.signature(transformer).parameters.keys()
    assert issubclass(transformer, BaseEstimator)


def bad_values(constraints):
    """Return values that break all constraints of a parameter."""
    bad = [object()]
    for constraint in constraints:
        if isinstance(constraint, StrOptions):
            bad += ["no such choice", 3]
        if isinstance(constraint, Interval):
            bad += ["1", np.nan, None]
            bad += [] if constraint.left is None else [constraint.left - 1e-3]
            bad += [] if constraint.right is None else [constraint.right + 1e-3]
            bad += [constraint.left] if constraint.closed in ("right", "neither") else []
    return [value for value in bad if value is not None or None not in constraints]


def test_bad_values_are_refused_at_fit_by_name(transformer):
    for name, constraints in transformer._parameter_constraints.items():
        message = f"'{name}' parameter of {transformer.__name__} must be"
        for value in bad_values(constraints):
            estimator = transformer(**{name: value})
            with pytest.raises(ValueError, match=message):
                estimator.fit(np.zeros((2, 4)))
            assert vars(estimator) == vars(transformer(**{name: value}))
