"""``skmnist predict``: the digits in image files."""

import warnings
from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any, NamedTuple

import click

from skmnist._cli import _options
from skmnist._cli._images import Image, each_image
from skmnist._cli._inputs import read_model

# Images that are predicted at once.
_BATCH = 256


class _Digit(NamedTuple):
    """What an image shows."""

    label: Any
    """None if it is rejected."""
    confidence: float | None
    """The probability of the label; None if there is no ink."""


@click.command()
@_options.model
@_options.paths
@click.option("--page", is_flag=True, help="Each image is a page of digits: find and read them.")
@click.option(
    "--reject-below",
    type=_options.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Reject digits whose probability is lower.",
)
@_options.as_json
@click.pass_context
def predict(
    ctx: click.Context,
    model: str,
    trusted: bool,
    paths: tuple[str, ...],
    page: bool,
    reject_below: float,
    as_json: bool,
) -> None:
    """Read the digits in images with MODEL.

    Every PATH is an image or a folder of images; "-" is an image on standard input. For each image,
    the file, the digit and its probability are printed, separated by tabs. Images without ink, and
    those of which the model is not sure, are "rejected". With --page, the file, the number of the
    line, its digits ("?" for a rejected one) and the lowest probability are printed for each line.

    \b
    Examples:
      skmnist predict digits.skmnist photos/ digit.png
      skmnist predict digits.skmnist --page scan.tiff --json
      cat digit.png | skmnist predict digits.skmnist -
    """
    reader = _Reader(read_model(model, trusted=trusted, method="predict_proba"), reject_below)
    images = each_image(ctx, paths)
    if page:
        _print_pages(images, reader, as_json)
    else:
        _print_digits(images, reader, as_json)
    ctx.exit(ctx.obj or 0)


class _Reader:
    """A model that reads images of any size."""

    def __init__(self, model: Any, reject_below: float) -> None:
        import numpy as np
        from sklearn.base import clone
        from sklearn.pipeline import Pipeline

        from skmnist.preprocessing import DigitNormalizer

        normalizer, self.classifier = DigitNormalizer(), model
        if isinstance(model, Pipeline) and isinstance(model[0], DigitNormalizer):
            normalizer, self.classifier = clone(model[0]), model[1:]
        # The images of files are uint8, whatever the model was trained on.
        normalizer.set_params(value_range=(0, 255), image_shape=None)
        self.normalizer = normalizer.fit(np.zeros((1, 28, 28), np.uint8))
        last = model[-1] if isinstance(model, Pipeline) else model
        self.reject_label = getattr(last, "reject_label_", None)
        self.reject_below = reject_below

    def normalize(self, images: list[Any]) -> Any:
        """Return images of any size in the form of MNIST; those without ink are black."""
        from skmnist.exceptions import NoInkWarning

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", NoInkWarning)
            return self.normalizer.transform(images)

    def read(self, X: Any) -> Iterator[_Digit]:
        """Yield what normalized images show."""
        rows = X.reshape(len(X), -1)  # the form that classifiers of scikit-learn take, too
        labels = self.classifier.predict(rows)
        confidences = self.classifier.predict_proba(rows).max(axis=1)
        for image, label, confidence in zip(X, labels.tolist(), confidences, strict=True):
            if not image.any():
                yield _Digit(None, None)
            elif label == self.reject_label or confidence < self.reject_below:
                yield _Digit(None, float(confidence))
            else:
                yield _Digit(label, float(confidence))


def _print_digits(images: Iterator[Image], reader: _Reader, as_json: bool) -> None:
    """Print a line for each image."""
    import numpy as np

    # Each image is normalized as it comes, so that large photos do not gather in the memory.
    normalized = (image._replace(pixels=reader.normalize([image.pixels])[0]) for image in images)
    while batch := list(islice(normalized, _BATCH)):
        digits = reader.read(np.stack([image.pixels for image in batch]))
        for digit, image in zip(digits, batch, strict=True):
            if as_json:
                _options.print_json(file=image.file, page=image.page, **digit._asdict())
            else:
                label = "rejected" if digit.label is None else digit.label
                click.echo(f"{image}\t{label}\t{_percent(digit.confidence)}")


def _print_pages(images: Iterator[Image], reader: _Reader, as_json: bool) -> None:
    """Print a line for each line of digits."""
    from skmnist.preprocessing import segment_digits

    for image in images:
        found = segment_digits(image.pixels)
        if not found.cutouts:
            click.echo(f"{image}: no digits were found", err=True)
            continue
        digits = reader.read(reader.normalize(found.cutouts))
        rows = zip(found.line.tolist(), found.boxes.tolist(), digits, strict=True)
        for line, group in groupby(rows, key=lambda row: row[0]):
            _, boxes, read = zip(*group, strict=True)
            text = "".join("?" if digit.label is None else str(digit.label) for digit in read)
            confidences = [digit.confidence for digit in read]
            if as_json:
                _options.print_json(
                    file=image.file,
                    page=image.page,
                    line=line,
                    text=text,
                    confidence=confidences,
                    boxes=boxes,
                )
            else:
                least = min(confidence or 0.0 for confidence in confidences)
                click.echo(f"{image}\t{line}\t{text}\t{_percent(least)}")


def _percent(confidence: float | None) -> str:
    return "no ink" if confidence is None else f"{confidence:.1%}"
