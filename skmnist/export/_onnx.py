"""Export of a fitted model to a file of ONNX."""

import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from sklearn.utils.validation import check_is_fitted

import skmnist
from skmnist._utils import atomic_write
from skmnist.export._classifier import OnnxClassifier
from skmnist.export._graph import Graph
from skmnist.export._pipeline import add_steps, steps_of
from skmnist.export._record import Record, signed

_DTYPES = ("float32", "uint8")
_TOLERANCE = 1e-5


def to_onnx(
    model: Any,
    path: str | os.PathLike[str],
    *,
    input_shape: tuple[int, ...] | None = None,
    dtype: str = "float32",
) -> Path:
    """Export a fitted model to ONNX: its steps before the network, the network, its temperature.

    The file has one input, "pixels", and two outputs: "label", of shape (n,), and "probabilities",
    of shape (n, n_classes), float32. Its metadata hold the classes, the image shape, the value
    range and the versions of the packages. The exported model is compared with `model` on a few
    random images before it is written.

    Parameters
    ----------
    model : estimator
        A fitted network, or a Pipeline of `PixelScaler`, noises with ``when="fit"``,
        "passthrough" and a network. ``CalibratedClassifierCV(FrozenEstimator(model),
        method="temperature")`` around it is exported, too.
    path : str or path-like
        The file to write, usually ending in ``.onnx``. An older file stays as it was if the export
        fails.
    input_shape : tuple of int, default=None
        Shape of an image in the input: (n_pixels,), (height, width) or (height, width, 1). If None,
        (height, width).
    dtype : {"float32", "uint8"}, default="float32"
        Data type of the input. The value range is the one of the training images in both cases.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    NotFittedError
        If the model has not been fitted.
    TypeError, ValueError
        If a step, a layer or the class labels cannot be exported, such as a noise that is switched
        on; if `input_shape` or `dtype` does not fit the model.
    MissingDependencyError
        If onnx or onnxruntime is not installed: ``pip install "skmnist[onnx]"``.
    OSError
        If `path` is a folder, a pipe or a device, or its folder is missing or not writable.
    RuntimeError
        If the probabilities of the exported model differ from `model` by more than 1e-5.

    See Also
    --------
    OnnxClassifier : Runs the file.
    skmnist.persistence.dump : Saves a model of any kind, to be loaded by the same packages.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import numpy as np
    >>> from skmnist.export import OnnxClassifier, to_onnx
    >>> from skmnist.neural_network import MLPClassifier
    >>> X = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8)
    >>> y = np.where(X[:, :4].mean(axis=(1, 2)) > X[:, 4:].mean(axis=(1, 2)), "top", "bottom")
    >>> net = MLPClassifier((8,), random_state=0).initialize(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     exported = OnnxClassifier(to_onnx(net, Path(folder) / "net.onnx"))
    ...     bool(np.all(exported.predict(X) == net.predict(X)))
    True
    """
    check_is_fitted(model)
    steps = list(steps_of(model))
    record = _record_of(model, steps)
    element = _check_dtype(dtype, record.value_range)
    shape = _check_input_shape(input_shape, record.image_shape)
    graph = Graph()
    pixels = graph.add("Reshape", "pixels", np.array([0, 1, *record.image_shape]))
    known_range = None
    if dtype == "uint8":
        pixels, known_range = graph.add("Cast", pixels, to=graph.onnx.TensorProto.FLOAT), (0.0, 255)
    probabilities = add_steps(graph, steps, pixels, known_range)
    classes = _as_onnx(record.classes_array)
    position = graph.add("ArgMax", probabilities, axis=1, keepdims=0)
    label = graph.add("Gather", classes, position)
    onnx_model = graph.to_model(
        {"pixels": (element, ("n", *shape))},
        {
            "label": (label, classes.dtype, ("n",)),
            "probabilities": (probabilities, np.dtype(np.float32), ("n", len(classes))),
        },
        record.to_metadata(),
    )
    path = Path(path)
    with atomic_write(path) as temporary:
        temporary.write_bytes(signed(onnx_model.SerializeToString()))
        _compare(model, OnnxClassifier(temporary), element)
    return path


def _record_of(model: Any, steps: list[tuple[str, Any]]) -> Record:
    """Return the metadata of a model."""
    if not hasattr(model, "classes_"):
        raise TypeError(
            f"model is of type {type(model).__name__} and not a classifier; expected a network of "
            "skmnist, alone or at the end of a Pipeline."
        )
    first, classes = steps[0][1], model.classes_
    is_fine = classes.dtype.kind in "biufU" or all(isinstance(c, str) for c in classes)
    if not is_fine:
        raise TypeError(
            f"The classes of model are {classes.tolist()} of dtype {classes.dtype}, which cannot "
            "be exported; expected strings, integers, floats or bools. Fit on y.astype(str)."
        )
    if not hasattr(first, "value_range_"):
        add_steps(Graph(), steps[:1], "pixels")  # raises the error for a step of another kind
    names = getattr(first, "feature_names_in_", None)
    return Record(
        classes=classes.tolist(),
        classes_dtype=classes.dtype.str,
        image_shape=first.image_shape_[:2],
        value_range=first.value_range_,
        feature_names=None if names is None else names.tolist(),
        versions={"skmnist": skmnist.__version__, "scikit-learn": sklearn.__version__},
        border_end=next((s._border_end for _, s in steps if hasattr(s, "_border_end")), 0),
    )


def _check_dtype(dtype: str, value_range: tuple[float, float]) -> np.dtype:
    if dtype not in _DTYPES:
        raise ValueError(f"dtype={dtype!r} is not valid; expected one of {', '.join(_DTYPES)}.")
    low, high = value_range
    if dtype == "uint8" and (low < 0 or high > 255):
        raise ValueError(
            f"dtype='uint8' holds 0 to 255, but model has the value range ({low:g}, {high:g}). "
            "Pass dtype='float32'."
        )
    return np.dtype(dtype)


def _check_input_shape(
    input_shape: tuple[int, ...] | None, image_shape: tuple[int, int]
) -> tuple[int, ...]:
    height, width = image_shape
    expected = [(height, width), (height * width,), (height, width, 1)]
    if input_shape is None:
        return expected[0]
    if tuple(input_shape) not in expected:
        raise ValueError(
            f"input_shape={input_shape!r} does not fit the images of model; expected one of "
            f"{', '.join(map(str, expected))}."
        )
    return tuple(input_shape)


def _as_onnx(classes: np.ndarray) -> np.ndarray:
    """Return labels in a data type of ONNX, whose strings are objects in numpy."""
    return classes.astype(object) if classes.dtype.kind in "UO" else classes


def _compare(model: Any, exported: OnnxClassifier, dtype: np.dtype) -> None:
    """Raise an error if an exported model predicts other probabilities."""
    low, high = exported.value_range_
    shape = (8, *exported.image_shape_[:2])
    images = np.random.default_rng(0).uniform(low, high, shape).astype(dtype)
    with warnings.catch_warnings(action="ignore"):  # the images are no table with column names
        gap = np.abs(exported.predict_proba(images) - model.predict_proba(images)).max()
    if not gap <= _TOLERANCE:
        raise RuntimeError(
            f"The probabilities of the exported model differ by {gap:.1e} from model on random "
            f"images, more than {_TOLERANCE}, so that no file was written. Save the model by "
            "skmnist.persistence.dump instead."
        )
