from pathlib import Path

import numpy as np
import pytest
from sklearn.model_selection import cross_validate
from sklearn.pipeline import make_pipeline

import skmnist
from skmnist._utils import warn_user
from skmnist.exceptions import ImageShapeWarning, SkmnistWarning, ValueRangeWarning
from skmnist.neural_network import MLPClassifier
from skmnist.noise import GaussianNoise
from skmnist.preprocessing import PixelScaler

DARK = np.arange(12, dtype=np.uint8).reshape(3, 4)


def test_a_warning_of_the_users_own_code_points_at_it():
    with pytest.warns(SkmnistWarning, match="hello") as caught:
        warn_user("hello", SkmnistWarning)
    assert [warning.filename for warning in caught] == [__file__]


@pytest.mark.parametrize(
    ("call", "category"),
    [
        (lambda: PixelScaler().fit(DARK), ValueRangeWarning),
        (lambda: PixelScaler().fit_transform(DARK.astype(float)), ValueRangeWarning),
        (lambda: GaussianNoise().fit(DARK), ValueRangeWarning),
        (lambda: GaussianNoise().set_output(transform="pandas").fit_transform(DARK), Warning),
        (lambda: GaussianNoise().fit(DARK[:, :3] * 20), ImageShapeWarning),
        (lambda: make_pipeline(PixelScaler(), PixelScaler()).fit(DARK), ValueRangeWarning),
        (
            lambda: cross_validate(
                make_pipeline(PixelScaler(), GaussianNoise()), DARK, cv=2, scoring=lambda *_: 0
            ),
            ValueRangeWarning,
        ),
        (lambda: MLPClassifier((), epochs=1).fit(DARK, [0, 1, 1]), ValueRangeWarning),
    ],
)
def test_warnings_point_at_the_caller(call, category):
    with pytest.warns(category) as caught:
        call()
    assert {warning.filename for warning in caught} == {__file__}


def test_every_warning_of_the_package_is_given_by_warn_user():
    package = Path(skmnist.__file__).parent
    givers = {
        path.name for path in package.rglob("*.py") if "warnings.warn(" in path.read_text("utf-8")
    }
    assert givers == {"_warnings.py"}
