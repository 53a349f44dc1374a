"""500 mutations of files of a network, and 50 kills in a save."""

import subprocess
import sys

import joblib
import numpy as np
import pytest

from skmnist.exceptions import ModelFileError
from skmnist.neural_network import MLPClassifier
from skmnist.persistence import dump, load

pytestmark = pytest.mark.stress

N_MUTATIONS = 500
N_KILLS = 50


def mutate(rng, content):
    """Return damaged bytes, and how they were damaged."""
    size = len(content)
    start = int(rng.integers(size))
    length = int(min(size - start, 10 ** rng.uniform(0, 4)))
    end = start + length
    if rng.random() < 0.3:  # the head of a file decides how the rest is read
        start = int(rng.integers(min(size, 300)))
        end = start + 1
    before, piece, after = content[:start], content[start:end], content[end:]
    bit = bytes([piece[0] ^ (1 << int(rng.integers(8)))])
    damages = {
        "flip a bit": before + bit + piece[1:] + after,
        "random bytes": before + rng.bytes(len(piece)) + after,
        "zeros": before + bytes(len(piece)) + after,
        "remove": before + after,
        "insert": before + rng.bytes(len(piece)) + piece + after,
        "repeat": before + piece + piece + after,
        "truncate": before,
        "append": content + rng.bytes(len(piece)),
        "append zeros": content + bytes(len(piece)),
        "twice": content + content,
        "reverse": before + piece[::-1] + after,
        "move": before + after + piece,
        "without its head": after,
        "text mode": content.replace(b"\n", b"\r\n"),
    }
    what = list(damages)[int(rng.integers(len(damages)))]
    return damages[what], f"{what} at {len(before)}, {len(piece)} bytes"


def test_mutations(judge, rng_of, tmp_path):
    rng = rng_of(0)
    X = rng.integers(0, 256, (300, 8, 8), dtype=np.uint8)
    net = MLPClassifier((16,), epochs=1, random_state=0).fit(X, X[:, 0, 0] // 86)
    expected = net.predict_proba(X)
    files = [dump(net, tmp_path / f"net{ending}") for ending in (".joblib", ".z", ".xz", ".bz2")]
    files.append(tmp_path / "plain.joblib")  # without the SHA-256 of the file
    joblib.dump(net, files[-1])
    files.append(files[-1])  # as often as all the compressed ones
    contents = [path.read_bytes() for path in files]
    path = tmp_path / "damaged.joblib"
    for number in range(N_MUTATIONS):
        rng = rng_of(number)
        which = int(rng.integers(len(files)))
        content, what = mutate(rng, contents[which])
        path.write_bytes(content)

        if content == contents[which]:  # nothing to a piece of zeros, for example
            judge.count("right", what)
            continue

        judge(
            f"mutation {number} of {files[which].name}: {what}",
            lambda: load(path).predict_proba(X),
            names=[str(path)],
            # Without a digest of the file, some damage has no effect.
            plain=None if which < 4 else lambda: expected,
            compare=np.testing.assert_array_equal,
            may_refuse=True,
            # A damaged name may belong to no class or module; a damaged size may be too large.
            kinds=(ModelFileError, AttributeError, ImportError, MemoryError),
        )
    judge.finish(N_MUTATIONS)


SAVES = """
import os, random, signal, sys, time
import numpy as np
from skmnist.persistence import dump, load
from skmnist.preprocessing import PixelScaler

path, n_kills, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
folder = os.path.dirname(path)
random.seed(seed)

def make(version):
    scaler = PixelScaler().fit(np.eye(4))
    scaler.payload = np.full(1_000_000, version)  # a save takes some milliseconds
    return scaler

versions = [make(version) for version in range(2)]
dump(versions[0], path)
start = time.monotonic()
dump(versions[0], path)
duration = time.monotonic() - start
for _ in range(n_kills):
    child = os.fork()
    if child == 0:
        try:
            for number in range(1000):
                dump(versions[number % 2], path)
        finally:
            os._exit(0)
    time.sleep(duration * random.uniform(0, 3))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        payload = load(path).payload
        whole = len(payload) == 1_000_000 and np.unique(payload).tolist() in ([0], [1])
        print("right" if whole else "wrong: a mixture of two saves", flush=True)
    except Exception as error:
        print(f"wrong: {type(error).__name__}: {error}", flush=True)
n_left = len(os.listdir(folder))
dump(versions[0], path)
assert os.listdir(folder) == [os.path.basename(path)], os.listdir(folder)
print(f"files before the last save: {n_left}", file=sys.stderr)
"""


def test_kills(judge, rng_of, tmp_path):
    seed = int(rng_of(0).integers(2**31))
    arguments = [str(tmp_path / "scaler.joblib"), str(N_KILLS), str(seed)]
    run = subprocess.run(
        [sys.executable, "-c", SAVES, *arguments], capture_output=True, text=True, timeout=300
    )
    for number, line in enumerate(run.stdout.splitlines()):
        outcome, _, detail = line.partition(": ")
        judge.count(outcome, f"kill {number}", detail)
    assert run.returncode == 0, run.stderr
    judge.finish(N_KILLS)
