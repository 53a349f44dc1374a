"""The stress lane: hostile input, damage and interruptions, by the thousand.

It is outside the normal run. Run it with ``python -m pytest -m stress`` on Linux (five minutes; not
with ``-n``, which hides the counts); ``STRESS_SEED=1`` before it draws other calls. Each call ends
in one of these ways:

- right: the result is the one that the plain form of the same input gives;
- clear: an error whose message names the argument at fault;
- obscure: any other error, or a warning that is not for users;
- wrong: another result, nonsense that is accepted, a refusal of sound input, an input that has
  changed, or an estimator that has changed though the call failed;
- crash: memory runs out, or the interpreter fails (if the process itself dies, so does the lane);
- hang: more than `LIMIT` seconds.

The bars: nothing wrong, no crash, no hang, and at most 20 kinds of obscure errors in all, each of
which has its reason in `REASONS`. The counts are printed at the end of the run.
"""

import faulthandler
import os
import pickle
import re
import resource
import signal
import time
import traceback
import warnings
from collections import Counter
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError

from skmnist.exceptions import SkmnistError

SEED = int(os.environ.get("STRESS_SEED", "0"))
# Seconds for one call.
LIMIT = 20
# Bytes of address space for the calls of a subject, beyond what the process has already.
MEMORY = 4 * 2**30
# Kinds of obscure errors that are tolerated, over all subjects.
MAX_OBSCURE = 20
OUTCOMES = ("right", "clear", "obscure", "wrong", "crash", "hang")
# The types of clear errors.
CLEAR = (SkmnistError, ValueError, TypeError, NotFittedError)
# Why an obscure error stays, by a pattern of its type and text.
REASONS = {
    "'dict' object has no attribute 'predict_proba'": "a file of joblib.dump has no digest: "
    "damage may make another object of it",
    "ResourceExhaustedError": "how large a network may be depends on the memory that is free: "
    "TensorFlow finds out, and says which tensor is too large",
}

_judges = []


class Hang(BaseException):
    """A call took too long."""


class Judge:
    """Counts how the calls on one subject end, and remembers those that end badly."""

    def __init__(self, subject):
        self.subject = subject
        self.counts = Counter()
        self.kinds = Counter()
        self.bad = {}

    def __call__(
        self,
        what,
        call,
        *,
        names,
        plain=None,
        compare=None,
        estimator=None,
        inputs=(),
        kinds=CLEAR,
        may_refuse=False,
    ):
        """Judge one call.

        `plain` makes the same call with plain input; without it, the call must be refused. If
        `plain` succeeds, the call must not be refused, unless `may_refuse`. `compare` asserts that
        a result is right, given the result of `plain`. An error must be of `kinds`, name one of
        `names`, and leave the attributes of `estimator` unchanged; `inputs` must never change.
        """
        inputs_before = [_frozen(item) for item in inputs]
        state_before = dict(vars(estimator)) if estimator is not None else {}
        outcome, value = _outcome(call, names, kinds)
        detail = value if outcome not in ("right", "clear") else ""
        if outcome == "right" or (outcome == "clear" and not may_refuse):
            detail = self._compare(outcome, value, plain, compare, names)
        if [_frozen(item) for item in inputs] != inputs_before:
            detail = detail or "the input has changed"
        if outcome != "right" and estimator is not None:
            after = vars(estimator)
            if after.keys() != state_before.keys() or any(
                after[name] is not state_before[name] for name in after
            ):
                outcome, detail = "wrong", f"a failure has changed the estimator; {detail}"
        if detail and outcome in ("right", "clear"):
            outcome = "wrong"
        self.count(outcome, what, detail)

    def count(self, outcome, what, detail=""):
        """Count one call."""
        self.counts[outcome] += 1
        if outcome in ("right", "clear"):
            return
        kind = f"{outcome}: {re.sub(r'[0-9][0-9.e+-]*', '#', str(detail).splitlines()[0])[:110]}"
        self.kinds[kind] += 1
        self.bad.setdefault(kind, f"{what}: {detail}")

    def _compare(self, outcome, value, plain, compare, names):
        """Return what is wrong with a result or a refusal, or nothing."""
        if plain is None:
            return f"accepted, with the result {value!r:.200}" if outcome == "right" else ""
        expected_outcome, expected = _outcome(plain, names, CLEAR)
        if expected_outcome != outcome:
            return (
                f"{outcome} ({value!s:.300}), but the plain form is {expected_outcome}: "
                f"{expected!s:.300}"
            )
        if outcome == "right":
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    compare(value, expected)
            except Exception as error:
                return f"not right: {type(error).__name__}: {' '.join(str(error).split())[:300]}"
        return ""

    def finish(self, n_calls):
        """Assert the bars of this subject."""
        _judges.append(self)
        assert len({kind for judge in _judges for kind in judge.kinds}) <= MAX_OBSCURE
        assert sum(self.counts.values()) == n_calls
        unexplained = [
            text
            for kind, text in self.bad.items()
            if not (
                kind.startswith("obscure") and any(re.search(pattern, text) for pattern in REASONS)
            )
        ]
        assert not unexplained, f"{self.subject}: " + "\n\n".join(unexplained)


def _outcome(call, names, kinds):
    """Make a call; return how it ended, and its result or what was raised."""
    try:
        with _time_limit(), warnings.catch_warnings():
            warnings.simplefilter("error")  # other warnings than UserWarning are not for users
            warnings.simplefilter("ignore", UserWarning)
            # The garbage collector gives them, in the call that happens to run.
            warnings.simplefilter("ignore", ResourceWarning)
            return "right", call()
    except Hang:
        return "hang", f"no end after {LIMIT} seconds: " + _place()
    except Exception as error:
        text = "\n".join([str(error), *getattr(error, "__notes__", [])])
        named = any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) for name in names)
        if isinstance(error, kinds) and named:
            return "clear", text
        if isinstance(error, MemoryError | SystemError | RecursionError):
            return "crash", f"{type(error).__name__}: {error}\n{_trace(error)}"
        return "obscure", f"{type(error).__name__}: {text[:300]}\n{_trace(error)}"


def _trace(error):
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return " < ".join(f"{f.name} ({os.path.basename(f.filename)}:{f.lineno})" for f in frames[::-1])


def _place():
    return traceback.format_exc(limit=-2)


@contextmanager
def _time_limit():
    """Raise `Hang` in a body that takes too long; end the process if that has no effect."""

    def stop(*_):
        raise Hang

    before = signal.signal(signal.SIGALRM, stop)
    faulthandler.dump_traceback_later(10 * LIMIT, exit=True)
    signal.setitimer(signal.ITIMER_REAL, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGALRM, before)


def _frozen(item):
    """Return the content of an input, if it can be read without consuming it."""
    if isinstance(item, np.ndarray) and item.dtype.kind != "O":
        return item.tobytes()
    if hasattr(item, "to_csv"):  # a pickle shows what pandas has cached meanwhile
        return item.to_csv()
    if isinstance(item, memoryview):
        return item.tobytes()
    if isinstance(item, pd.api.extensions.ExtensionArray):
        return repr(item.tolist())
    try:
        return pickle.dumps(item)
    except Exception:
        return None


@pytest.fixture
def judge(request):
    """Judge the calls of a test, in bounded memory."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, hard))
    start = time.monotonic()
    judge = Judge(request.node.name.removeprefix("test_"))
    yield judge
    judge.seconds = time.monotonic() - start
    resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


@pytest.fixture
def rng_of():
    """Return the generator of a call by its number: each call can be repeated alone."""
    return lambda number: np.random.default_rng([SEED, number])


def pytest_terminal_summary(terminalreporter):
    if not _judges:
        return
    terminalreporter.section("stress lane")
    for judge in _judges:
        counts = ", ".join(f"{judge.counts[name]} {name}" for name in OUTCOMES)
        terminalreporter.line(f"{judge.subject}: {counts} ({judge.seconds:.0f} s)")
    kinds = {kind for judge in _judges for kind in judge.kinds}
    terminalreporter.line(f"kinds of calls that end neither right nor clear: {len(kinds)}")
    for kind in sorted(kinds):
        reasons = [reason for pattern, reason in REASONS.items() if re.search(pattern, kind)]
        terminalreporter.line(f"- {kind}: {'; '.join(reasons) or 'not explained'}")
