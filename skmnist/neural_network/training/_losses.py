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
        If label smoothing is given with an instance.
    """
    if isinstance(loss, str):
        return LOSSES[loss](label_smoothing=label_smoothing, dtype="float32")
    if label_smoothing:
        raise ValueError(
            f"label_smoothing={label_smoothing!r} applies only to a loss given by name, but loss "
            f"is an instance; pass {type(loss).__name__}(label_smoothing={label_smoothing!r})."
        )
    return loss
