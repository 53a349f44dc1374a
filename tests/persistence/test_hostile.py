"""Damaged and malicious safe files: an error that says so, no code, little memory."""

import hashlib
import io
import json
import random
import tracemalloc
import zipfile

import keras
import numpy as np
import pytest
from keras.src.backend.common import global_state
from sklearn.ensemble import RandomForestClassifier

from skmnist.exceptions import ForkedProcessError, ModelFileError
from skmnist.neural_network import MLPClassifier
from skmnist.persistence import describe, dump, load
from skmnist.persistence._values import encode
from skmnist.preprocessing import PixelScaler


@pytest.fixture
def path(tmp_path):
    return tmp_path / "inner" / "model"


@pytest.fixture(autouse=True)
def _nothing_else_is_written(path):
    path.parent.mkdir()
    yield
    assert list(path.parent.parent.iterdir()) == [path.parent]
    assert {file.name for file in path.parent.iterdir()} <= {"model"}


def members_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def archive_of(members, compression=zipfile.ZIP_STORED):
    """Return an archive with the right digest."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, compression)
        archive.comment = b"skmnist:sha256:" + bytes(64)
    return signed(stream.getvalue())


def signed(content):
    """Return a file with the right digest at its end."""
    return content[:-64] + hashlib.sha256(content[:-64]).hexdigest().encode()


def mutated(content, other, rng):
    """Flip bits, cut, insert, append, splice two files, or swap and rename members.

    Some of the results have the right digest.
    """
    content = broken(content, other, rng)
    return signed(content) if len(content) > 64 and rng.random() < 0.3 else content


def broken(content, other, rng):
    place = rng.randrange(len(content))
    kind = rng.choice(["flip"] * 5 + ["cut", "insert", "append", "splice", "swap", "rename"])
    if kind == "flip":
        flipped = bytearray(content)
        for _ in range(rng.choice([1, 1, 1, 3, 30])):
            flipped[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        return bytes(flipped)
    if kind == "cut":
        return content[:place]
    if kind in ("insert", "append"):
        place = len(content) if kind == "append" else place
        return content[:place] + rng.randbytes(rng.choice([1, 2, 100])) + content[place:]
    if kind == "splice":
        return content[:place] + other[rng.randrange(len(other)) :]
    members = members_of(content)
    first, second = rng.sample(range(len(members)), 2)
    if kind == "swap":
        names = [name for name, _ in members]
        names[first], names[second] = names[second], names[first]
        members = [(name, part) for name, (_, part) in zip(names, members, strict=True)]
    else:
        name = rng.choice(["../../evil", "/tmp/evil", "1.npy", "model.json", "C:evil", "", "é"])
        members[first] = (name, members[first][1])
    return archive_of(members)


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_a_thousand_mutations(trained, safe_file, path):
    other = dump(PixelScaler(), path, format="safe").read_bytes()
    expected = trained.model_.get_weights()
    rng = random.Random(0)
    n_loaded = 0
    tracemalloc.start()
    for _ in range(1000):
        content = mutated(safe_file, other, rng)
        path.write_bytes(content)
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        try:
            loaded = load(path, format="safe")
        except ModelFileError as refusal:
            message, peak = str(refusal), tracemalloc.get_traced_memory()[1]
            assert path.name in message
            assert peak - before < 3 * len(content) + 2**20
        else:  # dates and other fields of the archive do not matter
            n_loaded += 1
            if not isinstance(loaded, PixelScaler):
                weights = loaded.model_.get_weights()
                assert all(map(np.array_equal, weights, expected))
    tracemalloc.stop()
    assert n_loaded < 100


# --- files with right digests


@pytest.fixture
def crafted(path, monkeypatch):
    """Return a function that writes what `encode` would have returned, and returns the path."""

    def write(tree, arrays=()):
        with monkeypatch.context() as patch:
            patch.setattr("skmnist.persistence._safe.encode", lambda _: (tree, list(arrays)))
            return dump(None, path, format="safe")

    return write


def changed(tree, old, new):
    """Return a tree in which a text of its JSON is replaced."""
    text = json.dumps(tree)
    assert old in text
    return json.loads(text.replace(old, new))


@pytest.fixture
def unsigned(monkeypatch):
    """An attacker can compute the digests of states, too."""
    monkeypatch.setattr("skmnist._utils._pickling.plain_digest", lambda state: "0")


@keras.saving.register_keras_serializable(package="tests")
def registered(x):
    raise AssertionError("this ran")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"relu"', '"tests>registered"', "The 'activation' parameter of MLPClassifier must be a s"),
        ('"relu"', '{"dict": [["class_name", "Lambda"]]}', "The 'activation' parameter of MLPCla"),
        ('{"tuple": [8]}', '{"tuple": [100000000]}', "describe a network larger than its weights"),
        ('{"tuple": [8]}', '{"tuple": [' + "1," * 9999 + "1]}", "larger than its weights"),
        ('["n_classes_", 4]', '["n_classes_", 1000000000]', "larger than its weights"),
        ('{"tuple": [8, 8, 1]}', '{"tuple": [100000, 100000, 1]}', "larger than its weights"),
        ('{"tuple": [8, 8, 1]}', '{"tuple": [0, 1, 1]}', "cannot be built"),
        ('["seed_", 0]', '["seed_", "x"]', "cannot be built"),
        ('["_architecture", {"dict"', '["_architecture", {"set"', "is intact, but cannot be loade"),
    ],
)
def test_parameters_that_do_not_fit_the_weights(
    unsigned, trained, crafted, monkeypatch, old, new, message
):
    tree, arrays = encode(trained)
    path = crafted(changed(tree, old, new), arrays)
    # Neither settings of the application nor of scikit-learn open a way.
    monkeypatch.setattr("sklearn._config._global_config", {"skip_parameter_validation": True})
    keras.config.enable_unsafe_deserialization()
    try:
        with pytest.raises(ModelFileError, match=f"model .*{message}"):
            load(path)
    finally:
        global_state.set_global_attribute("safe_mode_saving", None)


@pytest.mark.filterwarnings("ignore::skmnist.exceptions.ModelVersionWarning")
def test_parameters_of_fit_that_are_missing_are_checked_too(trained):
    state = trained.__getstate__()
    del state["_saved_by"]
    state |= {"activation": "tests>registered", "_architecture": {}}
    with pytest.raises(ModelFileError, match="The 'activation' parameter of MLPClassifier must be"):
        MLPClassifier.__new__(MLPClassifier).__setstate__(state)


HUGE = {
    "MLPClassifier": {"hidden_layer_sizes": 10**9},
    "CNNClassifier": {"filters": 10**9},
    "ResNetClassifier": {"n_blocks": 10**9},
    "DenseNetClassifier": {"n_layers": 10**9},
}


@pytest.mark.filterwarnings("ignore::skmnist.exceptions.ModelVersionWarning")
def test_a_huge_network_is_not_built(network):
    state = network.__getstate__()
    del state["_saved_by"]
    name = type(network).__name__
    assert HUGE[name].keys() <= state["_architecture"].keys()
    state["_architecture"] = state["_architecture"] | HUGE[name]
    tracemalloc.start()
    with pytest.raises(ModelFileError, match="network larger than its weights"):
        type(network).__new__(type(network)).__setstate__(state)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**22


def test_a_class_outside_the_list_is_refused_before_anything_is_built(crafted, monkeypatch):
    tree, arrays = encode(PixelScaler())
    path = crafted([tree, {"estimator": ["subprocess.Popen", []]}], arrays)
    monkeypatch.setattr(PixelScaler, "__setstate__", lambda *_: pytest.fail("it was built"))
    with pytest.raises(
        ModelFileError, match=r"names the class 'subprocess\.Popen'; expected publi"
    ):
        load(path)
    assert describe(path).classes == ("skmnist.preprocessing.PixelScaler", "subprocess.Popen")


@pytest.mark.parametrize(
    ("read", "depth"),
    # Python 3.13 parses 5,000 levels, and describe builds nothing from them.
    [(load, 200), (load, 5000), (load, 300_000), (describe, 200), (describe, 300_000)],
)
def test_deep_json(path, depth, read):
    head = b'{"format":[1,0],"versions":{},"estimator":%s}'
    path.write_bytes(archive_of([("model.json", head % (b"[" * depth + b"]" * depth))]))
    if depth == 200:
        assert read(path)
    else:
        with pytest.raises(ModelFileError, match="RecursionError"):
            read(path)


@pytest.mark.parametrize(
    "head",
    [b"", b"\xff", b"null", b"[]", b"{}", b'{"format":[1,0]}', b'{"format":"1","versions":{}}',
     b'{"format":[1,0,0],"versions":{},"estimator":1}',
     b'{"format":[1,0],"versions":[],"estimator":1}',
     b'{"format":[1,0],"versions":{}}',
     b'{"format":[1,0],"versions":{},"estimator":{"a":1}}',
     b'{"format":[1,0],"versions":{},"estimator":{"estimator":1}}',
     b'{"format":[1,0],"versions":{},"estimator":{"estimator":["sklearn.svm.SVC"]}}',
     b'{"format":[1,0],"versions":{},"estimator":{}}'],
)  # fmt: skip
def test_heads_that_are_not_heads(path, head):
    path.write_bytes(archive_of([("model.json", head)]))
    with pytest.raises(ModelFileError, match=r"model .* is intact, but cannot be loaded: "):
        load(path)


def test_a_head_that_is_too_large(path, monkeypatch):
    dump(PixelScaler(), path, format="safe")
    monkeypatch.setattr("skmnist.persistence._safe._MAX_HEAD", 100)
    with pytest.raises(ModelFileError, match=r"model\.json has \d+ bytes, more than 100"):
        load(path)


@pytest.mark.parametrize("name", ["../../evil", "/evil", "01.npy", "model.json", "1.npy"])
@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_other_members_are_refused(path, safe_file, name):
    head, (_, content), *others = members_of(safe_file)
    path.write_bytes(archive_of([head, (name, content), *others]))
    with pytest.raises(
        ModelFileError, match=r"its members are not model\.json, 0\.npy, 1\.npy and"
    ):
        load(path)


def test_an_array_cannot_be_read_twice(crafted):
    path = crafted([{"array": 0}, {"array": 0}], [np.zeros(1000)])
    with pytest.raises(ModelFileError, match="KeyError: 0"):
        load(path)


def peak_of_refusal(path, message):
    tracemalloc.start()
    with pytest.raises(ModelFileError, match=message):
        load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_compressed_members_are_not_unpacked(path):
    members = [("model.json", b"{}"), ("0.npy", bytes(30_000_000))]
    path.write_bytes(archive_of(members, zipfile.ZIP_DEFLATED))
    assert peak_of_refusal(path, "a member is compressed") < 2**21


@pytest.mark.parametrize("claim", [2**31 - 1, 2**31 + 5, 2**32 - 1])
def test_members_that_claim_gigabytes(path, claim):
    content = archive_of([("model.json", b"{}"), ("0.npy", b"x" * 1111)])
    old, new = (n.to_bytes(4, "little") for n in (1111, claim))
    path.write_bytes(signed(content.replace(old, new)))
    message = "claim to be larger than the file|BadZipFile"
    assert peak_of_refusal(path, message) < 2**21


def npy(shape, dtype="<f8", version=(1, 0)):
    stream = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    write = {(1, 0): np.lib.format.write_array_header_1_0,
             (2, 0): np.lib.format.write_array_header_2_0}[version]  # fmt: skip
    write(stream, header)
    return stream.getvalue() + bytes(16)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (npy((10 * 2**27,)), r"an array claims the shape \(1342177280,\) and the dtype float64"),
        (npy((-1, -2)), "ValueError"),
        (npy((2,), "|O"), "the dtype object"),
        (npy((10**12, 0))[:-16], r"claims the shape \(1000000000000, 0\)"),
        (npy((10**12,), "|S0"), "the dtype"),
        (npy((2,), version=(2, 0)), "another version of npy"),
        (b"no npy", "magic"),
    ],
)
def test_arrays_that_are_not_what_they_claim(path, array, message):
    head = b'{"format":[1,0],"versions":{},"estimator":{"array":0}}'
    path.write_bytes(archive_of([("model.json", head), ("0.npy", array)]))
    assert peak_of_refusal(path, message) < 2**21


def test_an_array_that_was_exchanged(path, safe_file):
    head, (name, content), *others = members_of(safe_file)
    flipped = content[:-1] + bytes([content[-1] ^ 1])
    path.write_bytes(archive_of([head, (name, flipped), *others]))
    with pytest.raises(
        ModelFileError, match=r"model .*The saved MLPClassifier is damaged: the SHA-"
    ):
        load(path)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("left_child", 0),
        ("left_child", 10**9),
        ("right_child", -7),
        ("feature", 64),
        ("feature", -9),
    ],
)
def test_trees_that_would_read_elsewhere(X, y, crafted, field, value):
    forest = RandomForestClassifier(1, random_state=0).fit(X, y)
    tree, arrays = encode(forest)
    (nodes,) = (array for array in arrays if array.dtype.names)
    nodes[field][0] = value
    with pytest.raises(
        ModelFileError, match="the nodes of a decision tree are not those of a tree"
    ):
        load(crafted(tree, arrays))


@pytest.mark.parametrize("error", [ForkedProcessError("a"), MemoryError("b"), ImportError("c")])
def test_errors_that_are_not_about_the_file_pass(crafted, monkeypatch, error):
    def fail(*_):
        raise error

    path = crafted(*encode(PixelScaler()))
    monkeypatch.setattr(PixelScaler, "__setstate__", fail)
    with pytest.raises(type(error), match=str(error)):
        load(path)
