import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import ndimage
from sklearn.exceptions import NotFittedError
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from skmnist.datasets import load_mnist_sample, make_digit_photos
from skmnist.exceptions import ImageShapeError, NoInkWarning
from skmnist.preprocessing import DigitNormalizer
from skmnist.preprocessing._strokes import slants, stroke_widths


@pytest.fixture(scope="module")
def photos():
    """Twelve photos, of different sizes, of digits that a pen has drawn."""
    return make_digit_photos(12, strokes="pen", min_size=60, max_size=120, random_state=0)


@pytest.fixture(scope="module")
def normalizer(photos):
    return DigitNormalizer().fit(photos.images)


def mean_change(images, others):
    return np.abs(images.astype(float) - others).mean()


# What it makes of images --------------------------------------------------------------------------


def test_mnist_hardly_changes(digits):
    normalizer = DigitNormalizer().fit(digits)
    once = normalizer.transform(digits[:1000])
    assert mean_change(once, digits[:1000]) < 0.6
    assert mean_change(normalizer.transform(once), once) < 0.1


def test_photos_become_digits_of_20_pixels_at_the_center(photos, normalizer):
    digits = normalizer.transform(photos.images)
    assert (digits.shape, digits.dtype) == ((12, 28, 28), np.uint8)
    for digit in digits:
        rows, columns = (np.flatnonzero((digit > 20).any(axis=axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == pytest.approx(20, abs=1)
        assert_allclose(ndimage.center_of_mass(digit), 14, atol=1)
        assert digit.max() > 200
        assert np.median(digit) == 0


def test_photos_of_mnist_become_mnist():
    source = load_mnist_sample()
    photos = make_digit_photos(20, min_size=100, max_size=200, random_state=0)
    digits = DigitNormalizer().fit(photos.images).transform(photos.images)
    model = KNeighborsClassifier(1).fit(source.data[:2000], source.target[:2000])
    assert model.score(digits.reshape(20, -1), photos.target) >= 0.8


def test_size_place_polarity_and_contrast_do_not_matter():
    digit = load_mnist_sample().images[0].astype(float)
    large = np.kron(digit, np.ones((4, 4)))
    forms = [
        large,
        np.pad(large, ((5, 100), (70, 2))),
        255 - large,
        60 + 0.3 * large,
        200 - 0.5 * np.pad(large, 9),
    ]
    digits = DigitNormalizer(value_range=(0, 255)).fit(forms).transform(forms)
    for other in digits:
        assert_allclose(other, digits[0], atol=1.01)


def test_each_image_is_normalized_by_itself(photos, normalizer):
    digits = normalizer.transform(photos.images)
    order = np.random.default_rng(0).permutation(12)
    assert_array_equal(normalizer.transform([photos.images[i] for i in order]), digits[order])
    for image, digit in zip(photos.images, digits, strict=True):
        assert_array_equal(normalizer.transform([image])[0], digit)
        assert_array_equal(normalizer.transform(image[np.newaxis])[0], digit)


def test_upright_digits_and_equal_strokes(digits):
    X = digits[:200]
    plain, upright = (
        DigitNormalizer(deslant=deslant).fit_transform(X) for deslant in (False, True)
    )
    assert np.abs(slants(plain / 255)).mean() > 0.15
    assert np.abs(slants(upright / 255)).mean() < 0.03
    equal = DigitNormalizer(stroke_width=2.5).fit_transform(X)
    assert_allclose(np.quantile(stroke_widths(equal / 255), [0.05, 0.95]), 2.5, atol=0.05)


def test_the_report_says_what_was_found(photos, normalizer):
    images = [*photos.images, 255 - photos.images[0], np.full((9, 30), 7, np.uint8)]
    report = normalizer.report(images)
    assert report["has_ink"].tolist() == [True] * 13 + [False]
    assert report["is_dark"].tolist() == [True] * 12 + [False] * 2
    boxes = report[["top", "left", "bottom", "right"]].to_numpy()
    assert_allclose(boxes[:12], photos.boxes, atol=3)
    assert_allclose(boxes[12], photos.boxes[0], atol=3)
    assert report["contrast"][:13].between(0.1, 1).all()
    assert report["stroke_width"][:13].between(1, 20).all()
    assert report["slant"].abs().max() < 60
    assert_array_equal(report.iloc[13].astype(float), 0)


# Forms of X ---------------------------------------------------------------------------------------


def test_every_form_gives_the_same_digits(to_form):
    X = load_mnist_sample().images[:6, :, 2:-2]
    form = to_form(X)
    normalizer = DigitNormalizer(image_shape=(28, 24), value_range=(0, 255)).fit(form)
    result = normalizer.transform(form)
    expected = DigitNormalizer().fit_transform(X)
    axes = {2: (6, 784), 3: (6, 28, 28), 4: (6, 28, 28, 1)}
    assert result.shape == axes[np.ndim(form)]
    assert_array_equal(np.reshape(result, (6, 28, 28)), expected)


def test_lists_of_other_forms(photos, normalizer):
    expected = normalizer.transform(photos.images)
    for form in (
        tuple(photos.images),
        [image[..., np.newaxis] for image in photos.images],
        [image.astype(float) if i % 2 else image for i, image in enumerate(photos.images)],
        np.array([*photos.images, None], dtype=object)[:-1],
    ):
        assert_array_equal(normalizer.transform(form), expected)


def test_tables(photos, digits):
    normalizer = DigitNormalizer().set_output(transform="pandas").fit(photos.images)
    table = normalizer.transform(photos.images)
    assert table.shape == (12, 784)
    assert table.columns[[0, 783]].tolist() == ["digitnormalizer0", "digitnormalizer783"]
    flat = pd.DataFrame(digits[:3].reshape(3, -1)).add_prefix("pixel_")
    normalizer.fit(flat)
    assert normalizer.transform(flat).shape == (3, 784)
    with pytest.raises(ValueError, match="feature names should match"):
        normalizer.transform(flat.iloc[:, ::-1])


def test_first_step_of_a_pipeline(photos, digits):
    labels = load_mnist_sample().target
    normalizer = DigitNormalizer().set_output(transform="pandas")
    pipeline = make_pipeline(normalizer, KNeighborsClassifier(1))
    pipeline.fit(digits[:200], labels[:200])
    again = pickle.loads(pickle.dumps(pipeline))
    assert_array_equal(again.predict(photos.images), pipeline.predict(photos.images))


# Errors and blanks --------------------------------------------------------------------------------


def test_images_without_ink_are_told(normalizer):
    blanks = [np.full((5, 5), v, np.uint8) for v in (0, 255)] + [np.full((1, 1), 9, np.uint8)]
    with pytest.warns(NoInkWarning, match=r"3 images without ink \(rows 0, 1, 2\), which become"):
        assert_array_equal(normalizer.transform(blanks), 0)
    many = np.zeros((9, 28, 28), np.uint8)
    with pytest.warns(NoInkWarning, match=r"9 images .* \(rows 0, 1, 2, 3, 4, \.\.\.\)"):
        normalizer.transform(many)


WRONG = {
    "NaN": ([np.full((4, 4), np.nan)], ValueError, r"X\[0\] is not valid: .*contains NaN"),
    "color": ([np.zeros((4, 4)), np.zeros((4, 4, 3))], ImageShapeError, r"X\[1\].*gray only"),
    "no pixels": ([np.zeros((0, 4))], ImageShapeError, r"X\[0\].*without pixels"),
    "strings": ([np.full((2, 2), "a")], ValueError, r"X\[0\]"),
    "empty": ([], ValueError, "X is an empty list; expected at least one"),
    "empty array": (np.zeros((0, 28, 28)), ValueError, "Found array with 0 sample"),
    "objects": (np.full((2, 4, 4), "a", dtype=object), ValueError, "X holds str"),
    "colors": (np.zeros((2, 4, 4, 3)), ImageShapeError, "gray only"),
    "path": ("photo.png", TypeError, "X is of type str"),
}


@pytest.mark.parametrize(("X", "error", "message"), WRONG.values(), ids=WRONG)
def test_what_it_refuses(X, error, message, photos, normalizer):
    before = pickle.dumps(vars(normalizer))
    for call in (normalizer.fit, normalizer.transform, normalizer.report):
        with pytest.raises(error, match=message):
            call(X)
    assert pickle.dumps(vars(normalizer)) == before


def test_flat_rows_need_a_shape(normalizer, digits):
    with pytest.raises(ImageShapeError, match="fitted on a list of images, so the shape of flat"):
        normalizer.transform(digits[:2].reshape(2, -1))
    with pytest.raises(ValueError, match="has 9 features, but DigitNormalizer is expecting 784"):
        DigitNormalizer().fit(digits[:2]).transform(np.zeros((2, 9)))
    with pytest.raises(NotFittedError, match="This DigitNormalizer instance is not fitted"):
        DigitNormalizer().report(digits[:2])
