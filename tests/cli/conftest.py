"""The command line in this process, a small model, and images."""

import numpy as np
import pytest

from skmnist.datasets import make_digit_photos

pytest.importorskip("click")
pillow = pytest.importorskip("PIL.Image")

from click.testing import CliRunner  # noqa: E402

from skmnist._cli._app import app  # noqa: E402

# A network that is trained in a second, and reads clear digits correctly.
QUICK = ["--network", "mlp", "--epochs", "3"]


def run_command(*arguments, code=0, **options):
    """Run a command, and return what it prints, as `stdout` and `stderr`."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], prog_name="skmnist", **options)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert code in (None, result.exit_code), result.output
    return result


@pytest.fixture(scope="session")
def run():
    return run_command


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """Return the file of a small model, and what `train` printed."""
    folder = tmp_path_factory.mktemp("model")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        result = run_command("train", *QUICK, "--output", "digits.skmnist")
    return folder / "digits.skmnist", result


@pytest.fixture(scope="session")
def model(trained):
    return trained[0]


@pytest.fixture(scope="session")
def digits_of_photos():
    return make_digit_photos(4, strokes="pen", max_size=120, random_state=8)


@pytest.fixture
def photos(tmp_path, digits_of_photos):
    """Return a folder of four photos whose names are their digits."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for i, (image, digit) in enumerate(
        zip(digits_of_photos.images, digits_of_photos.target, strict=True)
    ):
        pillow.fromarray(image).save(folder / f"{i}-{digit}.png")
    return folder


@pytest.fixture
def bad_files(tmp_path):
    """Return a folder of files that cannot be read."""
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "text.png").write_text("not an image")
    pillow.new("L", (50, 50), 255).save(folder / "cut.jpg")
    content = (folder / "cut.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(content[: len(content) // 2])
    np.save(folder / "nan.npy", np.full((9, 9), np.nan))
    np.save(folder / "objects.npy", np.array([{}]), allow_pickle=True)
    (folder / "huge.png").write_bytes(
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
        + (30_000).to_bytes(4, "big") * 2
        + b"\x08"
        + bytes(7)
    )
    return folder
