import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.ensemble import VotingClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from skmnist.neural_network import MLPClassifier
from skmnist.preprocessing import PixelScaler
from skmnist.selective import SelectiveClassifier
from skmnist.selective._scores import SCORES, Predictions, check_score, reference_features

CERTAIN, SURE, UNSURE = [1, 0, 0], [0.8, 0.1, 0.1], [0.5, 0.3, 0.2]


def score(name, estimator, X, probabilities, references=None):
    return SCORES[name](Predictions(estimator, X, probabilities, references))


@pytest.mark.parametrize("name", ["max_proba", "margin", "entropy"])
def test_certain_rows_score_higher(name):
    scores = score(name, None, None, np.array([UNSURE, CERTAIN, SURE, SURE[::-1]]))
    assert scores[1] > scores[2] > scores[0]
    assert scores[3] == scores[2]


def test_scores_of_probabilities():
    probabilities = np.array([UNSURE])
    assert score("max_proba", None, None, probabilities) == [0.5]
    assert_allclose(score("margin", None, None, probabilities), 0.2)
    entropy = 0.5 * np.log(2) - 0.3 * np.log(0.3) - 0.2 * np.log(0.2)
    assert_allclose(score("entropy", None, None, probabilities), -entropy)


def in_pipeline(network):
    return Pipeline([("same", "passthrough"), ("network", network)])


@pytest.mark.parametrize("wrapped", [FrozenEstimator, in_pipeline, make_pipeline])
@pytest.mark.parametrize("name", ["energy", "neighbors", "views"])
def test_a_network_in_other_estimators(name, wrapped, network, data):
    X = data[2][:20]
    check_score(name, wrapped(network))
    probabilities = network.predict_proba(X)
    references = reference_features(network, data[0])
    expected = score(name, network, X, probabilities, references)
    assert_array_equal(score(name, wrapped(network), X, probabilities, references), expected)


def test_views_are_made_of_the_images_that_the_network_gets(network, data):
    X = data[2][:20]
    pipeline = make_pipeline(PixelScaler().fit(255 * X), network)
    probabilities = network.predict_proba(X)
    expected = score("views", network, X, probabilities)
    assert_allclose(score("views", pipeline, 255 * X, probabilities), expected, rtol=1e-4)


def test_the_score_of_views_is_that_of_the_worst_one(network, data):
    X = data[2][:20]
    probabilities = network.predict_proba(X)
    labels = probabilities.argmax(axis=1)
    scores = score("views", network, X, probabilities)
    worst = [min(view[i, labels[i]] for view in network.predict_view_proba(X)) for i in range(20)]
    assert_array_equal(scores, np.array(worst, dtype=np.float64))


def test_neighbors_are_the_most_similar_references(network, data):
    X, references = data[2][:1500], reference_features(network, data[0])
    scores = score("neighbors", network, X, None, references)
    pixels = X / np.linalg.norm(X, axis=1, keepdims=True)  # the features of a perceptron
    others = data[0] / np.linalg.norm(data[0], axis=1, keepdims=True)
    assert_allclose(scores, (pixels @ others.T).max(axis=1), rtol=1e-5)
    assert_allclose(score("neighbors", network, data[0][:9], None, references), 1, rtol=1e-5)


def test_every_score_is_documented():
    docstring = SelectiveClassifier.__doc__
    assert all(docstring.count(f'"{name}"') >= 2 for name in SCORES)


def test_scores_that_a_classifier_lacks():
    with pytest.raises(ValueError, match="needs the method score_samples, which LogisticReg"):
        check_score("energy", LogisticRegression())
    with pytest.raises(ValueError, match="needs the method score_samples, which Pipeline lacks"):
        check_score("energy", make_pipeline(PixelScaler(), LogisticRegression()))
    with pytest.raises(ValueError, match="needs the method extract_features, which LogisticReg"):
        check_score("neighbors", make_pipeline(PixelScaler(), LogisticRegression()))
    with pytest.raises(ValueError, match="network with noisy views, but MLPClassifier makes none"):
        check_score("views", make_pipeline(PixelScaler(), MLPClassifier()))
    with pytest.raises(ValueError, match="network with noisy views, but VotingClassifier makes"):
        check_score("views", VotingClassifier([("network", MLPClassifier(test_time_views=2))]))
