"""Reading of image files: formats, orientation, transparency, damaged and hostile files."""

import io
import os
import pickle
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from skmnist.exceptions import ImageFileError, ImageFileWarning, MissingDependencyError
from skmnist.preprocessing import iter_images, read_images


@pytest.fixture
def page():
    """A page in which no axis and no corner looks like another one."""
    rng = np.random.default_rng(0)
    image = np.full((20, 30), 255, dtype=np.uint8)
    image[2:6, 3:20] = 40
    image[10:18, 5:8] = 90
    return image - rng.integers(0, 5, image.shape, dtype=np.uint8)


def read_one(path):
    result = read_images(path, on_error="raise")
    (image,) = result.images
    assert image.dtype == np.uint8
    assert image.ndim == 2
    assert image.flags.writeable
    assert (result.paths, result.pages, result.errors) == ([str(path)], [0], {})
    return image


@pytest.mark.parametrize("ending", ["png", "tif", "bmp", "pgm", "webp"])
def test_lossless_formats(page, tmp_path, ending):
    path = tmp_path / f"page.{ending}"
    Image.fromarray(page).save(path, lossless=True)
    difference = np.abs(read_one(path).astype(int) - page)
    assert difference.max() <= (2 if ending == "webp" else 0)  # WebP stores colors


def test_jpeg(page, tmp_path):
    path = tmp_path / "page.jpg"
    Image.fromarray(page).save(path, quality=95)
    assert np.abs(read_one(path).astype(int) - page).mean() < 3


def test_the_content_decides_about_the_format(page, tmp_path):
    path = tmp_path / "page.txt"
    Image.fromarray(page).save(path, format="PNG")
    np.testing.assert_array_equal(read_one(path), page)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_orientation_of_the_camera(page, tmp_path, orientation, ending):
    stored = {
        1: page,
        2: page[:, ::-1],
        3: page[::-1, ::-1],
        4: page[::-1],
        5: page.T,
        6: np.rot90(page),
        7: page[::-1, ::-1].T,
        8: np.rot90(page, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"page.{ending}"
    Image.fromarray(np.ascontiguousarray(stored)).save(path, exif=exif)
    np.testing.assert_array_equal(read_one(path), page)


def test_one_bit(page, tmp_path):
    Image.fromarray(page > 128).save(tmp_path / "page.png")
    np.testing.assert_array_equal(read_one(tmp_path / "page.png"), np.where(page > 128, 255, 0))


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits(page, tmp_path, ending):
    path = tmp_path / f"page.{ending}"
    Image.fromarray(page.astype(np.uint16) * 257).save(path)
    np.testing.assert_array_equal(read_one(path), page)


def test_a_pgm_of_sixteen_bits(page, tmp_path):
    height, width = page.shape
    head = f"P5 {width} {height} 65535\n".encode()
    (tmp_path / "page.pgm").write_bytes(head + (page.astype(">u2") * 257).tobytes())
    np.testing.assert_array_equal(read_one(tmp_path / "page.pgm"), page)


def test_tiff_of_32_bits(page, tmp_path):
    path = tmp_path / "page.tif"
    Image.fromarray(page.astype(np.int32)).save(path)
    np.testing.assert_array_equal(read_one(path), page)
    for beyond in (-1, 256, 65536):
        Image.fromarray(np.where(page > 128, beyond, 0).astype(np.int32)).save(path)
        with pytest.raises(ImageFileError, match=r"dtype int32 from .* expected 0 to 1, 0 to 255"):
            read_one(path)


def test_float_tiff(page, tmp_path):
    Image.fromarray((page / 255).astype(np.float32)).save(tmp_path / "page.tif")
    np.testing.assert_array_equal(read_one(tmp_path / "page.tif"), page)


def test_a_pgm_of_floats(page, tmp_path):
    height, width = page.shape
    head = f"Pf {width} {height} -1.0\n".encode()  # little-endian, rows from bottom to top
    rows = (page[::-1] / 255).astype("<f4")
    (tmp_path / "page.pgm").write_bytes(head + rows.tobytes())
    np.testing.assert_array_equal(read_one(tmp_path / "page.pgm"), page)


def test_luminance_of_colors(tmp_path):
    colors = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [10, 20, 30]]], dtype=np.uint8)
    Image.fromarray(colors).save(tmp_path / "colors.png")
    np.save(tmp_path / "colors.npy", colors)
    expected = [[76, 150, 29, 18]]
    np.testing.assert_array_equal(read_one(tmp_path / "colors.png"), expected)
    np.testing.assert_array_equal(read_one(tmp_path / "colors.npy"), expected)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK"])
def test_modes_of_color_and_transparency(page, tmp_path, mode):
    """Black ink; the paper is transparent black where the mode has transparency."""
    alpha = Image.fromarray(255 - page)
    black = Image.new("L", alpha.size)
    images = {
        "RGBA": lambda: Image.merge("RGBA", [black, black, black, alpha]),
        "LA": lambda: Image.merge("LA", [black, alpha]),
        "P": lambda: Image.fromarray(page).convert("P"),
        "CMYK": lambda: Image.fromarray(page).convert("CMYK"),
    }
    path = tmp_path / ("page.tif" if mode == "CMYK" else "page.png")
    images[mode]().save(path)
    assert np.abs(read_one(path).astype(int) - page).max() <= 1


def test_a_transparent_color(page, tmp_path):
    ink = np.where(page > 128, 0, 255).astype(np.uint8)
    Image.fromarray(ink).save(tmp_path / "page.png", transparency=0)
    np.testing.assert_array_equal(read_one(tmp_path / "page.png"), np.full_like(page, 255))


def test_all_pages_of_a_tiff(page, tmp_path):
    first, *others = [Image.fromarray(page[: 20 - 5 * number]) for number in range(3)]
    first.save(tmp_path / "pages.tif", save_all=True, append_images=others)
    result = read_images(tmp_path)
    assert [image.shape for image in result.images] == [(20, 30), (15, 30), (10, 30)]
    assert result.pages == [0, 1, 2]
    assert result.paths == [str(tmp_path / "pages.tif")] * 3


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_first_image_of_an_animation(page, tmp_path, mode):
    frame = Image.fromarray(page).convert(mode)
    frame.save(tmp_path / "a.png", save_all=True, append_images=[frame.rotate(180)])
    np.testing.assert_array_equal(read_one(tmp_path / "a.png"), page)


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [("uint8", 1), ("int64", 1), ("float64", 1), ("float32", 1 / 255), ("uint16", 257)],
)
def test_arrays(page, tmp_path, dtype, scale):
    np.save(tmp_path / "page.npy", np.asfortranarray((page * float(scale)).astype(dtype)))
    np.testing.assert_array_equal(read_one(tmp_path / "page.npy"), page)


def test_bool_arrays(page, tmp_path):
    np.save(tmp_path / "page.npy", page > 128)
    np.testing.assert_array_equal(read_one(tmp_path / "page.npy"), np.where(page > 128, 255, 0))


@pytest.mark.parametrize("shape", [(3, 20, 30), (3, 20, 30, 1)])
def test_several_images_in_an_array(page, tmp_path, shape):
    pages = np.stack([page, page // 2, page // 3])
    np.save(tmp_path / "pages.npy", pages.reshape(shape))
    result = read_images(tmp_path)
    np.testing.assert_array_equal(result.images, pages)
    assert result.pages == [0, 1, 2]


def test_transparent_pixels_of_an_array(tmp_path):
    pixels = np.array([[[0, 0, 0, 0], [0, 0, 0, 255], [0, 0, 0, 51]]], dtype=np.uint8)
    np.save(tmp_path / "page.npy", pixels)
    np.testing.assert_array_equal(read_one(tmp_path / "page.npy"), [[255, 0, 204]])


@pytest.mark.parametrize("value", [0, 255])
def test_images_without_digits(tmp_path, value):
    for size in (1, 30):
        path = tmp_path / f"{size}.png"
        Image.fromarray(np.full((size, size), value, dtype=np.uint8)).save(path)
        np.testing.assert_array_equal(read_one(path), np.full((size, size), value))


def png_header(width, height):
    """Return a PNG file without pixels."""

    def chunk(kind, data):
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    empty = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + empty + chunk(b"IEND", b"")


def saved(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def jpeg(page):
    buffer = io.BytesIO()
    Image.fromarray(np.kron(page, np.ones((9, 9), dtype=np.uint8))).save(buffer, "JPEG")
    return buffer.getvalue()


BAD_FILES = {
    "text.png": (b"This is text.", "not an image of a known format, or damaged; expected PNG"),
    "empty.png": (b"", "not an image of a known format"),
    "bomb.png": (png_header(30_000, 30_000), "900000000 pixels.* exceeds limit"),
    "large.png": (png_header(8_000, 7_000), "7000 x 8000 pixels; expected at most max_pixels=50_0"),
    "larger.png": (png_header(10_000, 10_000), "expected at most max_pixels=50_000_000"),
    "no_pixels.png": (png_header(5, 5), "truncated"),
    "nan.npy": (saved(np.array([[0.5, np.nan]])), "pixels of dtype float64 from nan to nan"),
    "infinite.npy": (saved(np.array([[0.5, np.inf]])), "from 0.5 to inf; expected 0 to 1, 0 to 25"),
    "negative.npy": (saved(np.array([[-1, 2]])), "pixels of dtype int64 from -1 to 2"),
    "object.npy": (saved(np.array([[None, print]])), "Python objects in dtype"),
    "pickle.npy": (pickle.dumps([1, 2, 3]), "not an image of a known format"),
    "text.npy": (saved(np.array([["a", "b"]])), "an array of dtype <U1; expected bool, integers"),
    "line.npy": (saved(np.arange(9)), r"an array of shape \(9,\); expected \(height, width\)"),
    "nothing.npy": (saved(np.zeros((0, 4))), "."),
    "short.npy": (saved(np.zeros((9, 9)))[:-50], "."),
    "huge.npy": (saved(np.zeros((1, 9)))[:40], "."),
}


@pytest.fixture
def bad_folder(page, tmp_path):
    """A folder of bad files, and two good ones."""
    for name, (content, _) in BAD_FILES.items():
        (tmp_path / name).write_bytes(content)
    content = jpeg(page)
    (tmp_path / "cut.jpg").write_bytes(content[: len(content) // 2])
    for name in ("a.png", "z.PNG"):
        Image.fromarray(page).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("Other files of a folder are not read.")
    (tmp_path / ".hidden.png").write_text("Hidden files of a folder are not read.")
    (tmp_path / "folder.png").mkdir()
    return tmp_path


def test_each_bad_file_is_named_and_the_others_are_read(page, bad_folder):
    result = read_images(bad_folder, on_error="skip")
    assert [Path(path).name for path in result.paths] == ["a.png", "z.PNG"]
    np.testing.assert_array_equal(result.images, [page, page])
    errors = {Path(path).name: error for path, error in result.errors.items()}
    assert errors.keys() == {*BAD_FILES, "cut.jpg"}
    for name, (_, message) in BAD_FILES.items():
        assert pytest.RaisesExc(ImageFileError, match=message).matches(ImageFileError(errors[name]))
    assert "truncated" in errors["cut.jpg"]
    assert not any("\n" in error for error in errors.values())


def test_one_warning_for_all_bad_files(bad_folder):
    message = (
        r"^17 of the paths could not be read completely\. .*bomb\.png: .*; and 12 more\. The "
        r'attribute errors of the result lists them; on_error="skip" hides this warning\.$'
    )
    with pytest.warns(ImageFileWarning, match=message) as caught:
        read_images(bad_folder)
    assert caught[0].filename == __file__


def test_an_error_at_the_first_bad_file(bad_folder):
    with pytest.raises(ImageFileError, match=r"bomb\.png cannot be read: .*exceeds limit"):
        read_images(bad_folder, on_error="raise")


def test_a_bad_page_does_not_stop_the_next_one(page, tmp_path):
    pages = np.stack([page / 255, np.full(page.shape, np.nan), page / 255])
    np.save(tmp_path / "pages.npy", pages)
    result = read_images(tmp_path, on_error="skip")
    assert result.pages == [0, 2]
    assert list(result.errors.values()) == [
        "page 1: pixels of dtype float64 from nan to nan; expected 0 to 1, 0 to 255, or uint16"
    ]


def test_damaged_pages_of_a_tiff(page, tmp_path):
    first = Image.fromarray(page)
    first.save(tmp_path / "pages.tif", save_all=True, append_images=[first, first])
    content = (tmp_path / "pages.tif").read_bytes()
    (tmp_path / "pages.tif").write_bytes(content[: len(content) * 2 // 3])
    result = read_images(tmp_path, on_error="skip")
    assert len(result.images) in (1, 2)
    assert list(result.errors) == [str(tmp_path / "pages.tif")]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "PPM"])
def test_damaged_files_never_raise(page, tmp_path, kind):
    """Each is an image, or an error with a reason."""
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, kind)
    content = np.frombuffer(buffer.getvalue(), dtype=np.uint8)
    rng = np.random.default_rng(0)
    for number in range(40):
        damaged = content[: rng.integers(1, len(content) + 1)].copy()
        damaged[rng.integers(len(damaged), size=3)] = rng.integers(256, size=3)
        (tmp_path / f"{number:02}.png").write_bytes(damaged.tobytes())
    records = list(iter_images(tmp_path))
    assert [Path(path).name for path in dict.fromkeys(record.path for record in records)] == [
        f"{number:02}.png" for number in range(40)
    ]
    for image, _, _, error in records:
        assert (image is None) == (error is not None)
        assert error != ""


def test_paths_that_are_not_files(page, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    Image.fromarray(page).save(tmp_path / "full" / "page.png")
    paths = [tmp_path / "missing.png", tmp_path / "empty", str(tmp_path / "full"), "a\0b.png"]
    result = read_images(paths, on_error="skip")
    assert result.paths == [str(tmp_path / "full" / "page.png")]
    assert "embedded null" in result.errors.pop("a\0b.png")
    assert result.errors == {
        str(tmp_path / "missing.png"): "No such file or directory",
        str(tmp_path / "empty"): (
            "a folder without images; expected PNG, JPEG, TIFF, BMP, WebP, PGM or NPY files"
        ),
    }


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are a feature of POSIX")
def test_a_pipe_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    (error,) = read_images(tmp_path, on_error="skip").errors.values()
    assert error == "a pipe, a socket or a device; expected a regular file"


def test_max_pixels(page, tmp_path):
    Image.fromarray(page).save(tmp_path / "page.png")
    assert len(read_images(tmp_path, max_pixels=600).images) == 1
    (record,) = iter_images(tmp_path, max_pixels=599)
    assert record.image is None
    assert record.error == "20 x 30 pixels; expected at most max_pixels=599 in all"


def test_images_come_one_at_a_time(page, tmp_path):
    """A path is taken when its image is needed."""
    Image.fromarray(page).save(tmp_path / "page.png")
    taken = []

    def paths():
        for number in range(3):
            taken.append(number)
            yield tmp_path / "page.png"

    images = iter_images(paths())
    assert taken == []
    next(images)
    next(images)
    assert taken == [0, 1]


def test_files_are_closed(page, tmp_path):
    """ResourceWarnings are errors."""
    Image.fromarray(page).save(tmp_path / "page.tif")
    images = iter_images([tmp_path / "page.tif"] * 2)
    next(images)
    images.close()


def test_without_pillow(page, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    np.save(tmp_path / "page.npy", page)
    assert len(read_images(tmp_path / "page.npy").images) == 1
    (tmp_path / "page.png").write_bytes(png_header(5, 5))
    with pytest.raises(
        MissingDependencyError, match=r'needs pillow, .*pip install "skmnist\[images\]"'
    ):
        read_images(tmp_path)


@pytest.mark.parametrize(
    ("paths", "error", "message"),
    [
        (3, TypeError, "paths must be a path or an iterable of paths, got int; pass a str"),
        (b"page.png", TypeError, "paths must be a path or an iterable of paths, got bytes"),
        ([3], TypeError, "paths must hold paths, got int at position 0; pass a str"),
        ([], ValueError, "paths is empty; expected at least one file or folder"),
    ],
)
def test_invalid_paths(paths, error, message):
    with pytest.raises(error, match=message):
        read_images(paths)


@pytest.mark.parametrize("argument", [{"on_error": "stop"}, {"max_pixels": 0}])
def test_invalid_parameters(argument):
    (name,) = argument
    with pytest.raises(ValueError, match=f"The '{name}' parameter of read_images must be"):
        read_images("page.png", **argument)
    if name == "max_pixels":
        with pytest.raises(ValueError, match="'max_pixels' parameter of iter_images must be"):
            iter_images("page.png", max_pixels=0)
