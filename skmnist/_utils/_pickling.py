"""Versions and digests in the pickles of estimators."""

import hashlib
from collections.abc import Iterator, Mapping
from inspect import Parameter, signature
from typing import Any

import numpy as np
import sklearn
from sklearn.base import BaseEstimator

import skmnist
from skmnist._utils._sklearn import (
    CallbackSupportMixin,
    DocumentationLinkMixin,
    pickled_attributes,
)
from skmnist._utils._warnings import warn_user
from skmnist.exceptions import ModelFileError, ModelVersionWarning

_RECORD = "_saved_by"


class SavedStateMixin(CallbackSupportMixin, DocumentationLinkMixin):
    """What all estimators add to `BaseEstimator`, before which it must come among the bases.

    Pickles have versions and a digest, HTML representations have links to the documentation, and
    `set_callbacks` takes scikit-learn's callbacks, which the decorator of `fit` calls.
    """

    def __getstate__(self) -> dict[str, Any]:
        return sign_state(pickled_attributes(self))

    def __setstate__(self, state: dict[str, Any]) -> None:
        BaseEstimator.__setstate__(self, check_state(self, state)[0])


def sign_state(state: Mapping[str, Any], **versions: str) -> dict[str, Any]:
    """Add the versions of skmnist and scikit-learn, and a digest, to the state of an estimator.

    Parameters
    ----------
    state : mapping of str to object
        The state to pickle.
    **versions : str
        Versions of more packages.

    Returns
    -------
    dict
        The state with the record that `check_state` reads.
    """
    versions = {"skmnist": skmnist.__version__, "scikit-learn": sklearn.__version__} | versions
    return dict(state) | {_RECORD: {"versions": versions, "sha256": plain_digest(state)}}


def check_state(estimator: Any, state: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Check the state from which an estimator is restored.

    Parameters
    ----------
    estimator : estimator
        The estimator, still empty.
    state : mapping of str to object
        What was pickled.

    Returns
    -------
    state : dict
        The state without its record; parameters that it lacks have the defaults of this version.
    versions : dict
        The versions of the packages that wrote it; empty if they are unknown.

    Raises
    ------
    ModelFileError
        If the state differs from what was pickled.

    Warns
    -----
    ModelVersionWarning
        If another version of skmnist wrote it, or it lacks parameters.
    """
    name = type(estimator).__name__
    state = dict(state)
    record = state.pop(_RECORD, {"versions": {}, "sha256": None})
    try:
        versions, digest = dict(record["versions"]), record["sha256"]
        damaged = digest is not None and digest != plain_digest(state)
    except Exception as error:
        raise ModelFileError(
            f"The saved {name} is damaged: its record is {record!r:.200}."
        ) from error
    if damaged:
        raise ModelFileError(
            f"The saved {name} is damaged: the SHA-256 of its parameters and fitted attributes is "
            f"{plain_digest(state)}, expected {digest}. Copy the file again from its origin, or "
            "save the estimator again."
        )
    parameters = signature(type(estimator)).parameters
    names = type(estimator)._get_param_names()
    filled = {key: parameters[key].default for key in names if key not in state}
    for key, default in filled.items():
        if default is Parameter.empty:
            raise ModelFileError(
                f"The saved {name} lacks the parameter {key!r}, which has no default: another "
                f"version saved it ({versions or 'unknown'}). Load and save it with that version."
            )
    saved_by = versions.get("skmnist", "of an unknown version")
    messages = []
    if saved_by != skmnist.__version__:
        messages.append(
            f"{name} was saved by skmnist {saved_by} and is loaded by skmnist "
            f"{skmnist.__version__}; its predictions may differ. Save it again, or install the "
            "version that saved it."
        )
    if filled:
        settings = ", ".join(f"{key}={default!r}" for key, default in filled.items())
        messages.append(
            f"The saved {name} lacks parameters that this version has. They take their defaults, "
            f"which may not be what it was trained with: {settings}. Set them by set_params."
        )
    if messages:
        warning = ModelVersionWarning(
            " ".join(messages),
            estimator_name=name,
            current_sklearn_version=sklearn.__version__,
            original_sklearn_version=versions.get("scikit-learn", "unknown"),
        )
        warn_user(warning)
    return filled | state, versions


def plain_digest(value: Any) -> str:
    """Return the SHA-256 of plain data: numbers, strings, arrays, and containers of them.

    Other objects are ignored, because their pickles may differ after loading.

    Parameters
    ----------
    value : object
        The data.

    Returns
    -------
    str
        Hexadecimal digits, the same in every process.
    """
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """Yield bytes that differ between different values."""
    if isinstance(value, np.ndarray | np.generic):
        array = np.asarray(value)
        yield f"array {array.shape}".encode()
        if array.dtype.kind in "biufcmMSU":
            dtype = array.dtype.newbyteorder("<")
            yield dtype.str.encode()
            yield array.astype(dtype, copy=False).tobytes()
        else:
            yield from _parts(array.tolist())
    elif value is None or isinstance(value, bool | int | float | complex | str | bytes):
        yield repr(value).encode("utf-8", "surrogatepass")
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}".encode()
        for item in value.items():
            yield from _parts(item)
    elif isinstance(value, list | tuple):
        yield f"sequence {len(value)}".encode()
        for item in value:
            yield from _parts(item)
    elif isinstance(value, set | frozenset):
        yield from _parts(sorted(map(plain_digest, value)))
    else:
        yield b"object"
