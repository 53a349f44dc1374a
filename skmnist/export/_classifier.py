"""A classifier that runs exported models on ONNX Runtime, without Keras and TensorFlow."""

import os
from dataclasses import dataclass, field
from functools import cached_property
from numbers import Integral
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from skmnist._utils import (
    check_images,
    check_regular_file,
    clip_to_value_range,
    estimator_dataclass,
    import_optional,
    parameter,
    validate_params,
    warn_if_inverted,
)
from skmnist._utils._sklearn import Interval
from skmnist.exceptions import ModelFileError
from skmnist.export._record import DIGEST_KEY, Record, digest_differs

# Images per call, so that the memory of the feature maps is bounded.
_ROWS_PER_CALL = 1024
_DTYPES: dict[str, np.dtype] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(uint8)": np.dtype(np.uint8),
}


@estimator_dataclass
class OnnxClassifier(ClassifierMixin, BaseEstimator):
    """Classifier that runs a file of `to_onnx` on ONNX Runtime, without TensorFlow.

    It checks images as the networks do. The file is read when it is first needed; a pickle contains
    the file. The classifier is fitted already, and cannot be trained.

    Parameters
    ----------
    path : str or path-like
        A file that `to_onnx` wrote.
    n_threads : int, default=None
        Number of threads of a prediction, at most 1024. If None, the number of cores. Pass 1 in
        processes that run in parallel.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, of the type in the training of the model.
    n_features_in_ : int
        Number of pixels of an image.
    image_shape_ : tuple of int
        (height, width, 1) of the images.
    value_range_ : tuple of two floats
        Pixel values of black and white.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Names of the columns, if the model was trained on a table with string column names.
    versions_ : dict of str to str
        Versions of the packages that wrote the file.

    See Also
    --------
    to_onnx : Writes the file.

    Examples
    --------
    >>> from skmnist.export import OnnxClassifier
    >>> OnnxClassifier("no-such-file.onnx").classes_
    Traceback (most recent call last):
    FileNotFoundError: [Errno 2] No such file or directory: 'no-such-file.onnx'
    """

    path: str | os.PathLike[str] = parameter(str, os.PathLike, kw_only=False)
    n_threads: int | None = parameter(
        None, Interval(Integral, 1, 1024, closed="both"), default=None
    )

    @property
    def classes_(self) -> np.ndarray:
        """The class labels."""
        return self._opened.record.classes_array

    @property
    def n_features_in_(self) -> int:
        """Number of pixels of an image."""
        height, width = self._opened.record.image_shape
        return height * width

    @property
    def image_shape_(self) -> tuple[int, int, int]:
        """Height, width and 1."""
        height, width = self._opened.record.image_shape
        return height, width, 1

    @property
    def value_range_(self) -> tuple[float, float]:
        """Pixel values of black and white."""
        low, high = self._opened.record.value_range
        return low, high

    @property
    def feature_names_in_(self) -> np.ndarray:
        """Names of the columns."""
        names = self._opened.record.feature_names
        if names is None:
            raise AttributeError("The model was trained on images without column names.")
        return np.array(names, dtype=object)

    @property
    def versions_(self) -> dict[str, str]:
        """Versions of the packages that wrote the file."""
        return dict(self._opened.record.versions)

    def fit(self, X: Any, y: Any = None) -> NoReturn:
        """Raise an error: an exported model cannot be trained.

        Parameters
        ----------
        X : ignored
            Present for scikit-learn's API.
        y : ignored
            Present for scikit-learn's API.

        Raises
        ------
        NotImplementedError
            Always.
        """
        raise NotImplementedError(
            "OnnxClassifier cannot be trained. Fit the original model, and export it again by "
            "skmnist.export.to_onnx; in a meta-estimator use FrozenEstimator(OnnxClassifier(path))."
        )

    def predict_proba(self, X: Any) -> np.ndarray:
        """Predict the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape and range of the training images; never written to.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            Probabilities in the order of `classes_`; each row sums to 1.

        Raises
        ------
        OSError
            If the file cannot be read.
        ModelFileError
            If the file is damaged, or `to_onnx` did not write it.
        TypeError, ValueError
            If `n_threads` is not valid, `X` does not match the training images, or `X` holds
            floats and the file was exported with ``dtype="uint8"``.

        Warns
        -----
        ValueRangeWarning
            If the images seem to be inverted.
        """
        model = self._opened
        images = clip_to_value_range(check_images(self, X, reset=False), self.value_range_)
        warn_if_inverted(images, self.value_range_, model.record.border_end)
        if model.dtype == np.uint8 and images.dtype.kind == "f":
            raise TypeError(
                f"X has dtype {images.dtype}, but {self.path} takes uint8. Pass integers, or "
                "export the model with dtype='float32'."
            )
        starts = range(0, len(images), _ROWS_PER_CALL)
        return np.concatenate([model.run(images[i : i + _ROWS_PER_CALL]) for i in starts])

    def predict_log_proba(self, X: Any) -> np.ndarray:
        """Predict the logarithms of the probabilities of the classes.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape and range of the training images.

        Returns
        -------
        ndarray of shape (n, n_classes), float32
            Finite logarithms: a probability of 0 is replaced by the smallest normal float32.

        Raises
        ------
        OSError, ModelFileError, TypeError, ValueError
            In the same cases as `predict_proba`.
        """
        return np.log(np.maximum(self.predict_proba(X), np.finfo(np.float32).tiny))

    def predict(self, X: Any) -> np.ndarray:
        """Predict the classes.

        Parameters
        ----------
        X : array-like of shape (n, n_pixels), (n, height, width) or (n, height, width, 1)
            Images of the shape and range of the training images.

        Returns
        -------
        ndarray of shape (n,)
            Class labels.

        Raises
        ------
        OSError, ModelFileError, TypeError, ValueError
            In the same cases as `predict_proba`.
        """
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def __sklearn_is_fitted__(self) -> bool:
        return True

    # The open file --------------------------------------------------------------------------------

    @property
    def _opened(self) -> "_Model":
        """The model for the current parameters; it is read again if they change."""
        model: _Model | None = vars(self).get("_model")
        if model is None or (model.path, model.n_threads) != (self.path, self.n_threads):
            validate_params(self)
            path = Path(self.path)
            check_regular_file(path)
            model = self._model = _Model(self.path, self.n_threads, path.read_bytes())
        return model

    def __getstate__(self) -> dict[str, Any]:
        model = self._opened
        state = dict(super().__getstate__())
        state["_model"] = _Model(model.path, model.n_threads, model.content)
        return state


@dataclass(frozen=True)
class _Model:
    """The content of a file and, once it is used, its metadata and its session."""

    path: str | os.PathLike[str]
    n_threads: int | None
    content: bytes = field(repr=False)

    @cached_property
    def record(self) -> Record:
        metadata = self.session.get_modelmeta().custom_metadata_map
        if DIGEST_KEY in metadata and not self.content.endswith(metadata[DIGEST_KEY].encode()):
            raise self._bad(
                "another program has changed it, so that its SHA-256 is wrong. If that was "
                f"intended, delete the entry {DIGEST_KEY!r} from its metadata"
            )
        try:
            return Record.from_metadata(metadata)
        except ValueError as error:
            raise self._bad(str(error)) from error

    @cached_property
    def dtype(self) -> np.dtype:
        """Data type of the pixels."""
        return _DTYPES[self.session.get_inputs()[0].type]

    @cached_property
    def session(self) -> Any:
        if digest_differs(self.content):
            raise self._bad("its SHA-256 differs from the one at its end")
        runtime = import_optional("onnxruntime", purpose="OnnxClassifier", extra="onnx")
        options = runtime.SessionOptions()
        options.intra_op_num_threads = self.n_threads or 0
        options.log_severity_level = 4  # errors are raised; they need not be printed, too
        # Weights in other files are looked for in a folder that does not exist: a model file must
        # not be able to read other files.
        options.add_session_config_entry(
            "session.model_external_initializers_file_folder_path", os.devnull + "/skmnist"
        )
        providers = ["CPUExecutionProvider"]
        try:
            return runtime.InferenceSession(self.content, options, providers=providers)
        except Exception as error:
            raise self._bad(f"ONNX Runtime cannot read it: {error}") from error

    def run(self, images: np.ndarray) -> np.ndarray:
        """Return the probabilities of images of shape (n, height, width)."""
        pixels = self.session.get_inputs()[0]
        shaped = images.astype(self.dtype, copy=False).reshape(-1, *pixels.shape[1:])
        return self.session.run(["probabilities"], {pixels.name: shaped})[0]

    def _bad(self, reason: str) -> ModelFileError:
        return ModelFileError(
            f"{self.path} ({len(self.content)} bytes) is damaged or not a file of "
            f"skmnist.export.to_onnx: {reason}. Copy it again from its origin, or export the model "
            "again."
        )
