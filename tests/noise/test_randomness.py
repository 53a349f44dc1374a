"""Randomness of all noises: streams, seeds, committed digests, `when` and `augment`."""

import hashlib
import itertools
import pickle
import random
import subprocess
import sys

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline
from sklearn.tree import DecisionTreeClassifier

from skmnist._utils import image_keys
from skmnist.noise import GaussianNoise
from skmnist.noise.kernels._streams import ImageStreams


def make_images(*shape, dtype="uint8"):
    """Return random images that differ from each other."""
    unit = np.random.default_rng(0).random(shape)
    return (unit * 255).astype(dtype) if dtype == "uint8" else unit.astype(dtype)


# Streams and seeds --------------------------------------------------------------------------------


def test_noise_does_not_depend_on_the_batch(noise_class, digits, monkeypatch):
    # More images than one chunk.
    X = digits[:200]
    monkeypatch.setattr(noise_class, "_numbers_per_chunk", 83 * 784)
    noise = noise_class(random_state=0)
    noisy = noise.fit_transform(X)
    assert_array_equal(noise.fit(X).transform(X), noisy)
    assert_array_equal(noise.fit(X[:3]).transform(X), noisy)
    assert_array_equal(noise.transform(X[30:190:7]), noisy[30:190:7])
    assert_array_equal(noise.transform(X[::-1]), noisy[::-1])
    assert_array_equal(noise.transform(X[41:42]), noisy[41:42])
    assert_array_equal(clone(noise).fit_transform(X), noisy)
    assert_array_equal(pickle.loads(pickle.dumps(noise)).transform(X), noisy)


def test_other_processes_agree(noise_classes, digits, two_workers):
    X = digits[:60]
    noises = [noise_class(random_state=5).fit(X) for noise_class in noise_classes]
    expected = [noise.transform(X) for noise in noises]
    chunks = np.array_split(X, 3)
    jobs = [joblib.delayed(noise.transform)(chunk) for noise in noises for chunk in chunks]
    answers = joblib.Parallel()(jobs)
    for noisy, start in zip(expected, range(0, len(answers), 3), strict=True):
        assert_array_equal(np.concatenate(answers[start : start + 3]), noisy)


@pytest.mark.skipif(sys.platform != "linux", reason="what the C library of Linux does")
def test_the_memory_of_a_chunk_is_kept_for_the_next():
    program = """
import resource, numpy as np
from skmnist.noise import RandomAffine
noise, X = RandomAffine(random_state=0), np.zeros((1000, 28, 28), dtype=np.uint8)
noise.fit_transform(X)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
noise.transform(X)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    command = [sys.executable, "-c", program]
    page_faults = int(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    assert page_faults < 1000  # 5,000 if each of the 6 chunks gets new pages


def test_a_pipeline_with_memory_computes_the_noise_once(tmp_path, digits, monkeypatch):
    calls = []
    corrupt = GaussianNoise._corrupt
    monkeypatch.setattr(
        GaussianNoise, "_corrupt", lambda self, *args: calls.append(1) or corrupt(self, *args)
    )
    X, y = digits[:40].reshape(40, -1), np.arange(40) % 2
    pipeline = Pipeline(
        [("noise", GaussianNoise(random_state=0)), ("tree", DecisionTreeClassifier())],
        memory=str(tmp_path),
    )
    for depth in (1, 2, 3):
        pipeline.set_params(tree__max_depth=depth).fit(X, y)
    assert len(calls) == 1
    pipeline.set_params(noise__scale=0.3).fit(X, y)
    assert len(calls) == 2


def test_seeds_streams_and_images_draw_differently(random_noise_class):
    X = np.stack([make_images(12, 12, dtype="float64")] * 2)
    X[:, 3:9, 5:7] = 1  # something to move
    X[1, 0, 0] += 0.1
    noise = random_noise_class(random_state=0).fit(X)
    noisy = noise.transform(X)
    assert (noisy[0] != noisy[1]).sum() > 1
    for other in (random_noise_class(random_state=1).fit_transform(X), noise.augment(X, 0)):
        assert (noisy != other).any(axis=(1, 2)).all()


def test_what_is_documented_as_deterministic_draws_nothing(noise_class, monkeypatch):
    draws = []

    def next_states(self):
        draws.append(noise_class)
        return make(self)

    make = ImageStreams._next_states
    monkeypatch.setattr(ImageStreams, "_next_states", next_states)
    noise_class(random_state=0).fit_transform(make_images(3, 6, 6))
    assert bool(draws) == ("noise is deterministic" not in noise_class.__doc__)


def test_classes_with_equal_seeds_draw_differently():
    class OtherNoise(GaussianNoise):
        pass

    X = make_images(1, 6, 6)
    noisy = GaussianNoise(random_state=0).fit_transform(X)
    assert (OtherNoise(random_state=0).fit_transform(X) != noisy).any()


def test_random_state_none_draws_a_seed_at_each_fit(noise_class):
    X = make_images(3, 6, 6)
    noise = noise_class()
    noisy, seed = noise.fit_transform(X), noise.seed_
    assert noise.fit(X).seed_ != seed
    assert_array_equal(noise_class(random_state=seed).fit_transform(X), noisy)


def test_a_random_state_instance_is_advanced_by_fit_only(random_noise_class):
    noise_class, X = random_noise_class, make_images(3, 12, 12)
    noise = noise_class(random_state=np.random.RandomState(0))
    first, again = noise.fit_transform(X), noise.transform(X)
    assert_array_equal(first, again)
    assert (noise.fit_transform(X) != first).any()
    assert_array_equal(noise_class(random_state=np.random.RandomState(0)).fit_transform(X), first)


def test_global_generators_are_left_alone(noise_class):
    before = pickle.dumps((np.random.get_state(), random.getstate()))
    for random_state in (None, 0):
        noise_class(random_state=random_state).fit_transform(make_images(3, 6, 6))
    assert pickle.dumps((np.random.get_state(), random.getstate())) == before


def test_numpy_numbers_as_parameters_change_nothing(noise_class):
    X = make_images(30, 9, 9, dtype="float32")
    params = noise_class(random_state=0).get_params(deep=False)
    numbers = {name: value for name, value in params.items() if type(value) in (int, float)}
    flags = {name: value for name, value in params.items() if type(value) is bool}
    # Floats are rounded to float32 first, so that all number types represent them exactly.
    numbers = {name: type(value)(np.float32(value)) for name, value in numbers.items()}
    expected = noise_class(**numbers, **flags).fit_transform(X)
    epoch = noise_class(**numbers, **flags).fit(X).augment(X, 2)
    for of_float, of_int, of_bool in (
        (np.array, np.array, np.array),
        (np.float64, np.int64, np.bool_),
        (np.float32, np.int32, np.bool_),
        (lambda value: np.array(value, np.float32), lambda value: np.array(value, "int16"), bool),
    ):
        kinds = {int: of_int, float: of_float, bool: of_bool}
        given = {name: kinds[type(value)](value) for name, value in {**numbers, **flags}.items()}
        noise = noise_class(**given)
        assert_array_equal(noise.fit_transform(X), expected, strict=True)
        assert_array_equal(noise.augment(X, 2), epoch, strict=True)
        assert all(getattr(noise, name) is value for name, value in given.items())


# If this fails after an update of numpy, equal seeds give other noise than before: document it for
# the users. Numpy 1.26 and 2.4 agree, also on processors without AVX2 or AVX-512.
DIGESTS = {
    "BleedThrough": "f523ace96a325d47a06cc3a0f9be8ecd2435c516d701657e303c218f80fe5318",
    "CannyEdges": "88cf984fc033b0084102bd1ca933593e8cb23215b619b25b2c47cd9f1815b339",
    "Contrast": "ecfb009887725589810e369d4d27a5e6cece70bb275636a6024b62877ff9ef52",
    "DefocusBlur": "933813497ca555c8aefbb813d1b081f9367aa8f6f255ab810b2029dea70e5bed",
    "DottedLine": "dbbdfa8a001c0b1db75dd829a02e45533846267f5fb07d4deaae411dad798bce",
    "ElasticTransform": "b03a76c081a22bea707522f5faca60696fb0d4ed7d232e5083f1ebd1e9352ca9",
    "Fax": "b3cc15c4b856a05d3542096dcb28b7230579afeb95ab6a31aa7313f671c1300e",
    "Fog": "8cc704f7fc5c9e638a299df26fed2a2fe4e5f941ce90abcdaa4cd6cd69791dee",
    "Fold": "ea7c7216f2e4ba8ef7ca369d88cabfdedab08f79e762177ec9013538e8825a06",
    "FormLines": "1c3033c28bd0af8b68769cc7eb3e410738587232cd46256b90f4da6d368fd891",
    "Frost": "43933da648ae87dd99cbdb3152ea01d64955f9ecfce2b3e5df92c70f43778ad8",
    "Gamma": "62880b2dda2f5721e933660580227d6edf3cc4050c3e24a5df428e1a535c946e",
    "GaussianBlur": "d6f8d0a3937d4cffb2d3c0f338991851f4a898c01ebd6d5f43e59f060e34dde8",
    "GaussianNoise": "45f19aeb6c233f6f868ee4c18c8349e42f9fb3194895aa85bd36389965bb383f",
    "GlassBlur": "3d2d6c92aa6b7da26d8c133a874aa621e2ccd704296985abc7c4eaab12b71263",
    "InkBleed": "4d8dc7e9a4bae94e42ffa7b4ccaffcdb93b5d9d0f8a59d27628adbeb2c225478",
    "Inversion": "0f16604defaec82ba5a1c187c0dfbd77a8cbf14b8fd2cb7e00dba78244a5b00f",
    "JPEGCompression": "97c1604fdaaa900c71f734ae5ce25fcaaa7f2173a2589dc16cdd902ce3a5e78a",
    "Line": "a6bbc1dce9a56f446d9bcb1195037ec56b14ec2b9e729e33f088ecc4a8e1e67b",
    "LowInk": "defd88195f26c4838194f941d9fad4ac5396c478af6867885d7ffd98071087b2",
    "MotionBlur": "5b97a4dfc812cd10e53e27312a4b547cefd35dc3fc4a73f90646cefd1bd9457a",
    "Occlusion": "4c61d575ba27e4f379bd95647abaf23aa005e9352a6f733da298ec55962be7d3",
    "Photocopy": "910692fc722ce2a9eb104de3b66eec8a583234f669c55abbe4e6849a2f8c1c2d",
    "Pixelate": "437fd9c56ea8a9ec90f22287df8ca82b157bbbcac5ec7095cda3a96e6fe1ff9f",
    "Quantization": "b50a98c4291a92cf09e0e438373c44bb0c3bd145ca6e7decfcfa7d9716797b28",
    "RandomAffine": "16fbce579f2a83730f2271126113f5f866e9ec3b5b6d90187cca5fc27718f7d6",
    "RandomBrightness": "892be1090aafadf3b8150f49e679bf43b4ad44be3db7bbfbf5289651a1f88ab8",
    "RandomFilter": "daf3b031b544252ddb934c618a9d5d5ddb6581ae2c9fc7145cfd22269bb57dc8",
    "RandomNoise": "4f2a734a59a1f755f69853b56de060dfd13ff64c5ef8f1d29a23b8e3a11cdd5b",
    "RandomRotation": "ef6bebcd91898819b693f48238b890106cc20bcbd2cf8e5c1226fd2ee0d8ffcd",
    "RandomScale": "c4ad9febe2905801d171f8e6232ba77b1cd7ada5846f1f10f161a2c2d1cecbad",
    "RandomShear": "9b2ac60792f8222cbf1fb71be642cd477dcc9be4fd3c3fe59a2926318c3abedd",
    "RandomTranslation": "7846d336ab81cc11e3afb2e8a1daff76b01f6c8ac6e483d5a30dedb69c2fb3a6",
    "ReducedContrast": "a5d0302817d2b719f67222562485d37e02efa9e80fb3f1d8e366c99122d218b9",
    "ReferenceNoise": "1a6f04087cb36f1ff825fff8c6f0b67bbc11b56ee78be0d4287edba25eae6032",
    "SaltAndPepperNoise": "59f65f6f01098572dd36b71270fcde01db41830541cecb2c8fb7618bacdcd105",
    "ShotNoise": "b4c69645688759ee2cbec518046a7bd87c6d96df6cc3f9eb49417fbbe3a6342d",
    "SmoothNoise": "ede9e366da9e9cfe28e8569faea7bf082ee2c8a9db93484bde2600beb14dad35",
    "Snow": "cab74dd0e2744197e45d441841ca49701a039806ae5b090a09e40e411e1f1739",
    "Spatter": "9a6f4fbe69935117659e4838a0e17592b27736856bdf712db2bbc6fdd56deede",
    "SpeckleNoise": "b8b436510bc77c2a85d69b68dab625c5ac45c4489c238639d0a5f336aa402948",
    "Streaks": "5dbb34b5fa3d5b8a42d881a6a3a07aa8b86c9519a17d85c70e40345a30e2bd4e",
    "Stripe": "6b5f74ef06aa885c67dd88012ae19368fbd76510b3ae878ac51ce1d9289f2eb1",
    "StrokeWidth": "dc7e9dbc7b8ce03a6e331fe9e5eb079e94ea26a24f6bffff743cfc0827816570",
    "UniformNoise": "3123705707207888534c495608ee8e0feb5724ff493c2d44c002ea1594eb6cc6",
    "Zigzag": "42a4a340ddba7a0d71519bf405e5630443c753288b05b3485f9fd0fe08c53682",
    "ZoomBlur": "df63deb4c7ad5fd44b8b4713aa34de6892a8a76d1ab76f91a98b3de430d2de44",
}


def test_committed_digests(noise_class):
    X = (np.arange(16 * 28 * 28) ** 2 // 97 % 256).astype(np.uint8).reshape(16, 28, 28)
    noisy = noise_class(random_state=0).fit_transform(X)
    name, digest = noise_class.__name__, hashlib.sha256(noisy.tobytes()).hexdigest()
    assert name in DIGESTS, f'add this line to DIGESTS: "{name}": "{digest}",'
    assert digest == DIGESTS[name]


# when="fit" ---------------------------------------------------------------------------------------


def test_noise_at_training_time_only(noise_class):
    X = make_images(4, 6, 6)
    noise = noise_class(when="fit", random_state=0)
    assert_array_equal(
        noise.fit_transform(X), noise_class(random_state=0).fit_transform(X), strict=True
    )
    assert_array_equal(noise.transform(X), X, strict=True)


# augment ------------------------------------------------------------------------------------------


def test_augment_is_noise_of_an_epoch(noise_class):
    X = make_images(6, 8, 8)
    for when, epoch in itertools.product(("always", "fit"), (0, 3)):
        noise = noise_class(when=when, random_state=0).fit(X)
        noisy = noise.augment(X, epoch)
        assert_array_equal(noise.augment(X, epoch), noisy, strict=True)
        assert_array_equal(noise.augment(X[::-1], epoch)[::-1], noisy)
        assert noise.augment(X.reshape(6, -1), epoch).shape == (6, 64)


def test_augment_draws_fresh_noise_in_each_epoch(random_noise_class, digits):
    X = digits[:8]
    noise = random_noise_class(random_state=0).fit(X)
    epochs = [noise.augment(X, epoch) for epoch in range(3)]
    for noisy, other in zip(epochs, [*epochs[1:], noise.transform(X)], strict=True):
        assert (noisy != other).any()


def test_augment_can_depend_on_other_images():
    X = make_images(6, 8, 8, dtype="float32")
    noise = GaussianNoise(0.01, random_state=0).fit(X)
    keys = image_keys(X, noise.value_range_)
    assert_array_equal(noise.augment(X, 1, keys), noise.augment(X, 1))
    gray = np.full_like(X, 0.5)
    added = noise.augment(gray, 1, keys) - gray
    assert len(np.unique(added, axis=0)) == 6
    assert not np.array_equal(noise.augment(gray, 1, keys + np.uint64(1)) - gray, added)
    again = noise.augment(np.full_like(X, 0.25), 1, keys) - np.float32(0.25)
    assert_allclose(again, added, atol=1e-6)


@pytest.mark.parametrize("shape", [(6, 64), (6, 8, 8, 1)])
def test_augment_ignores_set_output(shape):
    X = make_images(6, 8, 8).reshape(shape)
    noise = GaussianNoise(random_state=0).fit(X)
    expected = noise.augment(X, 0)
    assert_array_equal(noise.set_output(transform="pandas").augment(X, 0), expected, strict=True)


def test_what_augment_refuses():
    noise = GaussianNoise()
    X = make_images(2, 4, 4)
    with pytest.raises(NotFittedError):
        noise.augment(X, 0)
    with pytest.raises(ValueError, match="epoch == -1, must be >= 0"):
        noise.fit(X).augment(X, -1)
    with pytest.raises(TypeError, match="epoch must be an instance of"):
        noise.augment(X, 1.5)
    with pytest.raises(ValueError, match="features"):
        noise.augment(X.reshape(2, -1)[:, :9], 0)
    keys = image_keys(X, noise.value_range_)
    with pytest.raises(ValueError, match=r"keys has shape \(1, 4\) .* expected shape \(2, 4\)"):
        noise.augment(X, 0, keys[:1])
    with pytest.raises(ValueError, match=r"dtype float64; expected .* uint64, or None"):
        noise.augment(X, 0, keys.astype(float).tolist())
