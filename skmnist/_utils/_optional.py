"""Optional dependencies, imported where they are used."""

from importlib import import_module
from types import ModuleType

from skmnist.exceptions import MissingDependencyError

# Modules whose package has another name.
_PACKAGES = {"PIL": "pillow"}


def import_optional(module: str, *, purpose: str, extra: str) -> ModuleType:
    """Import an optional dependency, or say how to install it.

    Parameters
    ----------
    module : str
        Dotted name of the module to import.
    purpose : str
        What needs the module; the subject of the message.
    extra : str
        The extra of skmnist that installs it.

    Returns
    -------
    module
        The imported module.

    Raises
    ------
    MissingDependencyError
        If the module is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        root = module.partition(".")[0]
        if error.name is None or error.name.partition(".")[0] != root:
            raise  # the package is installed, but an import of its own fails
        package = _PACKAGES.get(root, root)
        raise MissingDependencyError(
            f"{purpose} needs {package}, which is not installed. "
            f'Install it with: pip install {package} (or pip install "skmnist[{extra}]").'
        ) from error
