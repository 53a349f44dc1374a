"""Small digits whose labels are hostile to HTML, Markdown and matplotlib, and a report."""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from skmnist.report import make_report

NAMES = [
    "<script>alert(1)</script>",
    "a|b",
    "$\\frac",
    "`c`",
    "*d*",
    "e & f",
    "7",
    "“ü”",
    "_i_",
    "a rather long name of a class",
]
OPTIONS = {"suite": ["fog", "gaussian_noise"], "severities": (1, 3), "value_range": (0, 16)}


@pytest.fixture(scope="session")
def data():
    """Return X_train, X_test, y_train, y_test: 300 and 200 digits of 8x8 pixels, and names."""
    X, y = load_digits(return_X_y=True)
    X, names = X[:500], np.array(NAMES)[y[:500]]
    X.flags.writeable = False
    return X[:300], X[300:], names[:300], names[300:]


@pytest.fixture(scope="session")
def options():
    return OPTIONS


@pytest.fixture(scope="session")
def model(data):
    X_train, _, y_train, _ = data
    return LogisticRegression(C=0.01, max_iter=300).fit(X_train, y_train)


@pytest.fixture(scope="session")
def report(data, model):
    _, X, _, y = data
    return make_report(model, X, y, title="Digits <b>& names</b>", folds=[0.5, 0.7], **OPTIONS)


@pytest.fixture(scope="session")
def tables():
    """Return a function that returns the tables of a section as DataFrames."""

    def of(report, title):
        (section,) = (section for section in report.sections if section.title == title)
        return [table.data for table in section.tables]

    return of
