"""The command line ``skmnist``: each command is a few calls of public functions.

At the top of these modules, only click and the standard library are imported. The functions import
what they use of skmnist, so that ``skmnist --help`` appears at once: TensorFlow alone takes
seconds.
"""

import os
import sys


def main() -> None:
    """Run the command line."""
    # It hides TensorFlow's start-up messages, except some that are written before it is read.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        from skmnist._cli._app import app
    except ModuleNotFoundError as error:
        if error.name != "click":
            raise
        sys.exit(
            "The command line needs click, which is not installed. "
            'Install it with: pip install click (or pip install "skmnist[cli]").'
        )
    app(prog_name="skmnist")
