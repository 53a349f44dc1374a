"""``skmnist predict``: photos, folders, pages, standard input, rejection, and bad files."""

import io
import json
import tracemalloc

import joblib
import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmnist.datasets import load_mnist_sample, make_digit_pages
from skmnist.persistence import dump
from skmnist.preprocessing import DigitNormalizer, PixelScaler
from skmnist.selective import SelectiveClassifier


@pytest.fixture(scope="module")
def linear():
    """A classifier of scikit-learn, trained on flat digits without a normalizer."""
    X, y = load_mnist_sample(return_X_y=True)
    return LogisticRegression(max_iter=100, tol=0.1).fit(X[:500], y[:500])


def read_lines(result):
    """Return the last column of file names, and the other columns."""
    return [line.split("\t") for line in result.stdout.splitlines()]


def test_photos_of_a_folder(run, model, photos):
    lines = read_lines(run("predict", model, photos))
    assert [file for file, _, _ in lines] == sorted(map(str, photos.iterdir()))
    assert all(file.endswith(f"-{digit}.png") for file, digit, _ in lines)
    assert all(50 < float(percent.rstrip("%")) <= 100 for _, _, percent in lines)


def test_json(run, model, photos):
    lines = run("predict", model, photos, "--json").stdout.splitlines()
    for line, (file, digit, percent) in zip(
        lines, read_lines(run("predict", model, photos)), strict=True
    ):
        read = json.loads(line)
        assert (read["file"], read["page"], read["label"]) == (file, 0, int(digit))
        assert f"{read['confidence']:.1%}" == percent


def test_standard_input(run, model, photos):
    path = sorted(photos.iterdir())[0]
    result = run("predict", model, "-", input=path.read_bytes())
    ((name, digit, _),) = read_lines(result)
    assert (name, digit) == ("-", path.stem[-1])


def test_nothing_on_standard_input(run, model):
    result = run("predict", model, "-", input=b"", code=1)
    assert (result.stdout, result.stderr[:2]) == ("", "-:")


def test_too_much_on_standard_input(run, model, monkeypatch):
    monkeypatch.setattr("skmnist._cli._images._MAX_BYTES", 10)
    result = run("predict", model, "-", input=b"x" * 11, code=1)
    assert "Standard input has more than 10 bytes; pass a file." in result.stderr


def test_several_images_in_a_file(run, model, digits_of_photos, tmp_path):
    first, *others = map(Image.fromarray, digits_of_photos.images)
    first.save(tmp_path / "all.tif", save_all=True, append_images=others)
    lines = read_lines(run("predict", model, tmp_path / "all.tif"))
    path = str(tmp_path / "all.tif")
    assert [name for name, _, _ in lines] == [path, f"{path}[1]", f"{path}[2]", f"{path}[3]"]
    assert [int(digit) for _, digit, _ in lines] == digits_of_photos.target.tolist()


@pytest.fixture
def page(tmp_path):
    pages = make_digit_pages(1, min_digits=8, max_digits=10, strokes="pen", random_state=7)
    Image.fromarray(pages.images[0]).save(tmp_path / "page.png")
    digits = zip(pages.line[0], pages.target[0], strict=True)
    texts = ["", ""]
    for line, digit in digits:
        texts[line] += str(digit)
    return tmp_path / "page.png", texts


def test_a_page(run, model, page):
    path, texts = page
    lines = read_lines(run("predict", model, "--page", path))
    assert [text for *_, text, _ in lines] == texts
    assert [line[:2] for line in lines] == [[str(path), "0"], [str(path), "1"]]


def test_json_of_a_page(run, model, page):
    path, texts = page
    printed = run("predict", model, "--page", path, "--json").stdout
    lines = [json.loads(line) for line in printed.splitlines()]
    assert [line["text"] for line in lines] == texts
    for line in lines:
        assert np.shape(line["boxes"]) == (len(line["text"]), 4)
        assert np.shape(line["confidence"]) == (len(line["text"]),)


def test_doubtful_digits_of_a_page(run, model, page):
    path, texts = page
    lines = read_lines(run("predict", model, "--page", path, "--reject-below", 1))
    assert [text for *_, text, _ in lines] == ["?" * len(text) for text in texts]


def test_a_page_without_digits(run, model, tmp_path):
    Image.new("L", (60, 40), 255).save(tmp_path / "blank.png")
    result = run("predict", model, "--page", tmp_path / "blank.png")
    assert result.stdout == ""
    assert result.stderr == f"{tmp_path / 'blank.png'}: no digits were found\n"


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("size", [(40, 60), (1, 1), (1, 50)])
def test_images_without_ink_are_rejected(run, model, tmp_path, value, size):
    Image.new("L", size, value).save(tmp_path / "blank.png")
    result = run("predict", model, tmp_path / "blank.png")
    assert result.stdout == f"{tmp_path / 'blank.png'}\trejected\tno ink\n"
    assert result.stderr == ""
    printed = run("predict", model, tmp_path / "blank.png", "--json").stdout
    assert json.loads(printed)["label"] is json.loads(printed)["confidence"] is None


def test_digits_of_low_probability_are_rejected(run, model, photos):
    lines = read_lines(run("predict", model, photos, "--reject-below", 1))
    assert [label for _, label, _ in lines] == ["rejected"] * 4
    assert (
        "nan is not a number" in run("predict", model, ".", "--reject-below", "nan", code=2).stderr
    )


def test_digits_that_the_model_rejects(run, linear, photos, tmp_path):
    X, y = load_mnist_sample(return_X_y=True)
    selective = SelectiveClassifier(linear, target_coverage=0.01, random_state=0)
    selective.fit(X[:300], y[:300]).threshold_ = np.inf
    model = make_pipeline(DigitNormalizer().fit(X[:10]), selective)
    dump(model, tmp_path / "model", format="safe")
    lines = read_lines(run("predict", tmp_path / "model", photos))
    assert [label for _, label, _ in lines] == ["rejected"] * 4


def test_bad_files_do_not_stop_the_others(run, model, photos, bad_files, tmp_path):
    missing, empty = tmp_path / "missing.png", tmp_path / "empty"
    empty.mkdir()
    result = run("predict", model, missing, bad_files, photos, empty, code=1)
    assert result.stdout == run("predict", model, photos).stdout
    named = [line.partition(": ")[0] for line in result.stderr.splitlines()]
    assert named == [str(missing), *sorted(map(str, bad_files.iterdir())), str(empty)]


def test_file_names_of_any_bytes(run, model, photos):
    first = sorted(photos.iterdir())[0]
    name = photos / b"\xff.png".decode("utf-8", "surrogateescape")
    try:
        first.rename(name)
    except OSError:
        pytest.skip("The file system has no such names.")
    lines = read_lines(run("predict", model, name))
    assert lines[0][0] == f"{photos}/\N{REPLACEMENT CHARACTER}.png"
    name.write_text("")
    assert "\N{REPLACEMENT CHARACTER}.png: " in run("predict", model, name, code=1).stderr


def test_a_model_without_a_normalizer(run, linear, digits, tmp_path):
    dump(linear, tmp_path / "linear.skmnist", format="safe")
    folder = tmp_path / "digits"
    folder.mkdir()
    for i, image in enumerate(digits[600:640]):
        Image.fromarray(image).save(folder / f"{i:02}.png")
    labels = [
        int(label)
        for _, label, _ in read_lines(run("predict", tmp_path / "linear.skmnist", folder))
    ]
    assert np.mean(labels == load_mnist_sample().target[600:640]) > 0.7


def test_a_normalizer_that_was_fitted_on_other_pixels(run, linear, digits, photos, tmp_path):
    """The files have pixels from 0 to 255, whatever the training images had."""
    lines = []
    for images in (digits[:5], digits[:5] / 255):
        model = make_pipeline(DigitNormalizer().fit(images), linear)
        dump(model, tmp_path / "model", format="safe")
        lines.append(run("predict", tmp_path / "model", photos).stdout)
    assert lines[0] == lines[1]


def test_a_joblib_file_must_be_trusted(run, linear, photos, tmp_path):
    path = tmp_path / "linear.joblib"
    joblib.dump(linear, path)
    result = run("predict", path, photos, code=1)
    assert "is not a model of `skmnist train`" in result.stderr
    assert "--trusted" in result.stderr
    assert len(read_lines(run("predict", path, photos, "--trusted"))) == 4


def test_a_file_that_holds_no_classifier(run, photos, tmp_path):
    dump(PixelScaler(), tmp_path / "scaler", format="safe")
    result = run("predict", tmp_path / "scaler", photos, code=1)
    assert "holds a PixelScaler without predict_proba" in result.stderr


def test_a_damaged_model(run, model, photos, tmp_path):
    content = bytearray(model.read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "damaged").write_bytes(content)
    result = run("predict", tmp_path / "damaged", photos, code=1)
    assert result.stderr.startswith("Error: ")
    assert result.stdout == ""


def test_an_exported_model(run, photos, tmp_path):
    onnx = pytest.importorskip("skmnist.export")
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    from skmnist import MLPClassifier

    X, y = load_mnist_sample(return_X_y=True)
    network = MLPClassifier((8,), epochs=1, random_state=0).fit(X[:200], y[:200])
    onnx.to_onnx(network, tmp_path / "digits.onnx")
    dump(network, tmp_path / "digits.skmnist", format="safe")
    labels = [
        [label for _, label, _ in read_lines(run("predict", tmp_path / name, photos))]
        for name in ("digits.onnx", "digits.skmnist")
    ]
    assert labels[0] == labels[1]
    (tmp_path / "bad.onnx").write_bytes(b"bad")
    assert run("predict", tmp_path / "bad.onnx", photos, code=1).stderr.startswith("Error: ")


def test_memory_does_not_grow_with_the_folder(run, linear, tmp_path):
    """Photos of 1 MB each: they are read, normalized and dropped one by one."""
    dump(linear, tmp_path / "model", format="safe")
    image = Image.fromarray(np.full((1000, 1000), 255, np.uint8))
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=1)
    folder = tmp_path / "folder"
    folder.mkdir()
    peaks = []
    for n in (5, 40):
        for i in range(n):
            (folder / f"{i}.png").write_bytes(buffer.getvalue())
        tracemalloc.start()
        assert len(read_lines(run("predict", tmp_path / "model", folder))) == n
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 5e6
