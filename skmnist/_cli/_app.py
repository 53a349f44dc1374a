"""The command ``skmnist``: its subcommands, and how errors and warnings are shown."""

import warnings
from typing import Any

import click

from skmnist import __version__
from skmnist._cli._datasets import datasets
from skmnist._cli._evaluate import evaluate
from skmnist._cli._noise import noise
from skmnist._cli._predict import predict
from skmnist._cli._report import report
from skmnist._cli._train import train


class _Commands(click.Group):
    """Shows errors of the input as one line, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise  # click ends silently, as when the output is piped to `head`
        except OSError as error:
            text = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise click.ClickException(text) from error
        except (ImportError, TypeError, ValueError) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def app(ctx: click.Context) -> None:
    """Classify noisy images of handwritten digits.

    \b
    Examples:
      skmnist train --recipe real-digits --output digits.skmnist
      skmnist predict digits.skmnist photos/
      skmnist evaluate digits.skmnist --suite mnist_c

    Every command has its own --help. Results go to standard output, and everything else to
    standard error. Exit codes: 0, all was done; 1, something failed, and a line on standard error
    says what; 2, the command line is wrong.
    """
    shown: set[str] = set()

    def show(message: Warning | str, *_: Any, **__: Any) -> None:
        if str(message) not in shown:
            shown.add(str(message))
            click.echo(f"Warning: {message}", err=True)

    ctx.with_resource(warnings.catch_warnings())
    warnings.simplefilter("always", UserWarning)
    warnings.showwarning = show


for _command in (train, evaluate, predict, report, noise, datasets):
    app.add_command(_command)
