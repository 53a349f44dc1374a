"""What every package shares: images, value ranges, parameters, seeds, files, pickles, warnings."""

from skmnist.utils._docstrings import fill_docstring
from skmnist.utils._files import atomic_write, check_regular_file
from skmnist.utils._images import check_images, restore_shape
from skmnist.utils._keys import as_key_bytes, image_digests, image_keys
from skmnist.utils._optional import import_optional
from skmnist.utils._pickling import SavedStateMixin, check_state, sign_state
from skmnist.utils._random import draw_seed
from skmnist.utils._state import refitted, snapshot
from skmnist.utils._validation import name_argument, validate_arguments, validate_params
from skmnist.utils._value_range import (
    clip_to_value_range,
    from_unit_range,
    learn_value_range,
    to_unit_range,
)
from skmnist.utils._warnings import warn_user

__all__ = [
    "SavedStateMixin",
    "as_key_bytes",
    "atomic_write",
    "check_images",
    "check_regular_file",
    "check_state",
    "clip_to_value_range",
    "draw_seed",
    "fill_docstring",
    "from_unit_range",
    "image_digests",
    "image_keys",
    "import_optional",
    "learn_value_range",
    "name_argument",
    "refitted",
    "restore_shape",
    "sign_state",
    "snapshot",
    "to_unit_range",
    "validate_arguments",
    "validate_params",
    "warn_user",
]
