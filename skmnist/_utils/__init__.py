"""Shared helpers: images, value ranges, parameters, seeds, callbacks, files, pickles, warnings."""

from skmnist._utils._callbacks import Task, as_one_task
from skmnist._utils._dataclasses import estimator_dataclass, parameter
from skmnist._utils._docstrings import fill_docstring
from skmnist._utils._files import atomic_write, check_regular_file, lock_folder, remove_stale
from skmnist._utils._images import check_images, restore_shape
from skmnist._utils._inversion import border_end, warn_if_inverted, without_inversion_warning
from skmnist._utils._keys import as_key_bytes, image_digests, image_keys
from skmnist._utils._numbers import as_python, as_python_number
from skmnist._utils._optional import import_optional
from skmnist._utils._pickling import SavedStateMixin, check_state, sign_state
from skmnist._utils._protocols import NOISE_MEMBERS, Noise
from skmnist._utils._random import draw_seed
from skmnist._utils._rows import row_chunks
from skmnist._utils._sklearn import validate_arguments
from skmnist._utils._state import refitted, snapshot, with_attributes
from skmnist._utils._validation import did_you_mean, name_argument, validate_params
from skmnist._utils._value_range import (
    clip_to_value_range,
    from_unit_range,
    learn_value_range,
    lies_within,
    to_unit_range,
    value_range_of,
)
from skmnist._utils._warnings import warn_user

__all__ = [
    "NOISE_MEMBERS",
    "Noise",
    "SavedStateMixin",
    "Task",
    "as_key_bytes",
    "as_one_task",
    "as_python",
    "as_python_number",
    "atomic_write",
    "border_end",
    "check_images",
    "check_regular_file",
    "check_state",
    "clip_to_value_range",
    "did_you_mean",
    "draw_seed",
    "estimator_dataclass",
    "fill_docstring",
    "from_unit_range",
    "image_digests",
    "image_keys",
    "import_optional",
    "learn_value_range",
    "lies_within",
    "lock_folder",
    "name_argument",
    "parameter",
    "refitted",
    "remove_stale",
    "restore_shape",
    "row_chunks",
    "sign_state",
    "snapshot",
    "to_unit_range",
    "validate_arguments",
    "validate_params",
    "value_range_of",
    "warn_if_inverted",
    "warn_user",
    "with_attributes",
    "without_inversion_warning",
]
