"""``skmnist noise``: the files that it writes."""

import json

import numpy as np
import pytest
from PIL import Image

from skmnist.noise import list_noises, make_noise
from skmnist.preprocessing import read_images


def test_the_noise_of_each_image(run, photos, tmp_path):
    output = tmp_path / "new" / "noisy"
    options = ("--severity", 2, "--seed", 7, "--output", output)
    result = run("noise", "gaussian_noise", photos, *options)
    clean = read_images(photos)
    paths = [output / f"{path.stem}.png" for path in sorted(photos.iterdir())]
    assert result.stdout == "".join(f"{path}\n" for path in paths)
    noise = make_noise("gaussian_noise", 2, random_state=7)
    for image, path in zip(clean.images, paths, strict=True):
        written = np.array(Image.open(path))
        assert written.dtype == np.uint8
        np.testing.assert_array_equal(written, noise.fit_transform(image[None])[0])


def test_json(run, photos, tmp_path):
    printed = run("noise", "fog", photos, "--output", tmp_path / "foggy", "--json").stdout
    expected = [
        {"file": str(path), "page": 0, "written": str(tmp_path / "foggy" / f"{path.stem}.png")}
        for path in sorted(photos.iterdir())
    ]
    assert [json.loads(line) for line in printed.splitlines()] == expected


def test_list(run):
    assert run("noise", "--list").stdout.split() == list_noises()


def test_standard_input_and_several_images_in_a_file(run, photos, digits, tmp_path):
    np.save(tmp_path / "two.npy", digits[:2])
    content = (tmp_path / "two.npy").read_bytes()
    run("noise", "inverse", tmp_path / "two.npy", "-", "--output", tmp_path / "out", input=content)
    names = ["stdin-1.png", "stdin.png", "two-1.png", "two.png"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == names
    inverse = np.array(Image.open(tmp_path / "out" / "two-1.png"))
    np.testing.assert_array_equal(inverse, 255 - digits[1])


def test_older_files_are_replaced_only_on_request(run, photos, tmp_path):
    path = tmp_path / "noisy" / f"{min(photos.iterdir()).stem}.png"
    path.parent.mkdir()
    path.write_text("mine")
    options = ("noise", "inverse", photos, "--output", path.parent)
    result = run(*options, code=1)
    assert f"{path} exists; pass --overwrite" in result.stderr
    assert path.read_text() == "mine"
    assert len(result.stdout.splitlines()) == 3
    assert len(run(*options, "--overwrite").stdout.splitlines()) == 4
    assert path.read_bytes().startswith(b"\x89PNG")


def test_images_of_one_name_do_not_replace_each_other(run, photos, tmp_path):
    options = ("noise", "inverse", photos, photos, "--output", tmp_path / "out", "--overwrite")
    result = run(*options, code=1)
    assert len(result.stdout.splitlines()) == 4
    assert result.stderr.count("was written for another image; pass another --output") == 4


def test_bad_files_do_not_stop_the_others(run, photos, bad_files, tmp_path):
    result = run("noise", "fog", bad_files, photos, "--output", tmp_path / "out", code=1)
    assert len(result.stdout.splitlines()) == 4
    assert len(result.stderr.splitlines()) == len(list(bad_files.iterdir()))


@pytest.mark.parametrize("name", list_noises())
def test_every_noise_takes_images_of_any_size(run, name, tmp_path):
    for i, shape in enumerate([(1, 1), (1, 30), (28, 28), (61, 40)]):
        image = np.random.default_rng(i).integers(0, 256, shape, np.uint8)
        Image.fromarray(image).save(tmp_path / f"{i}.png")
    result = run("noise", name, tmp_path, "--output", tmp_path / "out")
    assert len(result.stdout.splitlines()) == 4


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["fogg"], "'fogg' is not a noise. Did you mean 'fog'? `skmnist noise --list` names all."),
        (["stripe", "--severity", "3"], "stripe has no severities"),
        (["fog", "--severity", "6"], "6 is not in the range"),
    ],
)
def test_wrong_names_and_severities(run, photos, tmp_path, monkeypatch, arguments, text):
    monkeypatch.chdir(tmp_path)
    assert text in run("noise", arguments[0], photos, *arguments[1:], code=2).stderr
    assert not (tmp_path / "noisy").exists()
