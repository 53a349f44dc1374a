"""Losses by name.

A new loss is one entry of `LOSSES`; the constraint and the docstrings are generated from it.
"""

import keras

# Each takes a label smoothing and targets of shape (n, n_classes).
LOSSES: dict[str, type[keras.losses.Loss]] = {
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
}


def make_loss(loss: str | keras.losses.Loss, label_smoothing: float) -> keras.losses.Loss:
    """Return a loss that computes in float32.

    Parameters
    ----------
    loss : str or keras.losses.Loss
        A name of `LOSSES`, or an instance, which is returned unchanged.
    label_smoothing : float
        Label smoothing, in [0, 1), if the loss is a name.

    Returns
    -------
    keras.losses.Loss
        The loss.

    Raises
    ------
    ValueError
        If label smoothing is given with an instance, or the instance takes class numbers as
        targets or does not reduce the losses of a batch to one number.
    """
    if isinstance(loss, str):
        return LOSSES[loss](label_smoothing=label_smoothing, dtype="float32")
    if label_smoothing:
        raise ValueError(
            f"label_smoothing={label_smoothing!r} applies only to a loss given by name, but loss "
            f"is an instance; pass {type(loss).__name__}(label_smoothing={label_smoothing!r})."
        )
    if isinstance(loss, keras.losses.SparseCategoricalCrossentropy):
        raise ValueError(
            f"loss={type(loss).__name__} takes class numbers as targets, but networks train on "
            "one-hot targets; pass keras.losses.CategoricalCrossentropy()."
        )
    if loss.reduction in (None, "none"):
        raise ValueError(
            f"loss={type(loss).__name__} has the reduction {loss.reduction!r}, which leaves one "
            'loss per row; expected a single number. Pass reduction="sum_over_batch_size".'
        )
    return loss
