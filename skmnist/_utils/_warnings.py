"""Warnings that point at the user's own line."""

import re
import sys
import warnings
from contextvars import ContextVar

# Warnings skip the lines of these packages, which are not the user's code.
_PACKAGES_BETWEEN = ("joblib", "pickle", "sklearn", "skmnist")

# The argument that is looked at, if it is not the usual one; warnings name it (`name_argument`).
argument_in_warnings: ContextVar[str] = ContextVar("argument_in_warnings", default="")


def warn_user(message: str | Warning, category: type[Warning] | None = None) -> None:
    """Warn at the nearest line of the call stack that is outside skmnist and scikit-learn.

    Parameters
    ----------
    message : str or Warning
        The text of the warning, or the warning itself.
    category : type of Warning, default=None
        Its class, if `message` is a text.
    """
    name = argument_in_warnings.get()
    if name and isinstance(message, str) and name not in re.findall(r"\w+", message):
        message = f"{name}: {message}"
    level, frame = 1, sys._getframe()
    while frame.f_back and str(frame.f_globals.get("__name__")).split(".")[0] in _PACKAGES_BETWEEN:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
