"""The paragraphs that stand in the docstring of every network, written once."""

import inspect
import re
from collections.abc import Callable
from typing import Any

from skmnist._utils import fill_docstring

_ACTIVATION = """\
activation : str, default=?
    Activation of the hidden layers: "relu", "elu", "gelu", "leaky_relu", "linear", "mish", "selu",
    "sigmoid", "silu", "softplus" or "tanh"."""

_DENSE_PARAMETERS = f"""\
{_ACTIVATION}
dropout : float or tuple of float, default=?
    Dropout rate in [0, 1) after each hidden layer, or one rate for each of them.
batch_normalization : bool, default=?
    Whether the hidden layers, and the convolutions if there are any, are batch-normalised before
    their activation.
kernel_initializer : str or tuple of str, default=?
    Initialiser of the kernels of the hidden layers, or one for each of them.
output_kernel_initializer : str, default=?
    Initialiser of the kernel of the output layer."""

_STEM_PARAMETERS = """\
kernel_size : int, default=?
    Side of the square kernels, in pixels.
stem_kernel_size : int, default=?
    Side of the kernels of the first convolution, in pixels.
stem_stride : int, default=?
    Step of the first convolution, in pixels: 2 halves the height and the width of all maps, which
    takes a quarter of the time."""

_DEEP_PARAMETERS = f"""\
{_ACTIVATION}
normalization : {{"batch", "group", "layer", "none"}}, default=?
    What normalises the maps of each convolution: batch normalisation, or normalisation of each
    image over groups of maps or over all maps, or nothing.
pooling : {{"average", "max"}}, default=?
    How each map becomes one number at the end.
dropout : float, default=?
    Dropout rate in [0, 1) of these numbers.
kernel_initializer : str, default=?
    Initialiser of the kernels of the convolutions.
output_kernel_initializer : str, default=?
    Initialiser of the kernel of the output layer."""

_TRAINING_PARAMETERS = """\
optimizer : str or keras.optimizers.Optimizer, default=?
    "adam", "adamw", "adadelta", "adagrad", "adamax", "lion", "nadam", "rmsprop", "sgd", or an
    instance, of which every fit uses a fresh copy.
optimizer__learning_rate : float or schedule, default=?
    Learning rate; None takes {learning rate}. A schedule stays as it is, without the cosine and the
    warm-up below.
optimizer__weight_decay : float, default=?
    Decoupled weight decay in [0, 1): each step takes this share of the kernels, times the learning
    rate, away. None takes {weight decay}.
    Biases and scales of normalisation do not decay.
learning_rate_schedule : {"cosine", "constant"}, default=?
    Whether the learning rate falls to zero along a half cosine over `epochs`, or stays.
warmup_fraction : float, default=?
    Share of the steps, in [0, 1), over which the learning rate rises from zero in a straight line
    before it falls along the cosine; 0.2 or more makes it a one-cycle schedule. Not used by
    ``learning_rate_schedule="constant"`` and by `partial_fit`.
loss : str or keras.losses.Loss, default=?
    "categorical_crossentropy", "categorical_focal_crossentropy", or an instance; on one-hot labels.
label_smoothing : float, default=?
    Share of the target, in [0, 1), that is spread evenly over all classes, in training and in
    "val_loss". An instance of a loss brings its own.
augment : noise or list of noises, default=?
    Noises of ``skmnist.noise`` that are added to the training rows, one after the other, fresh in
    each epoch and in a thread beside the training; `when` is not looked at. Noises without a
    `random_state` follow that of the network. Validation rows and predictions get none. Between the
    noises of a list, pixels are floats; integers are rounded once, after the last noise.
test_time_views : int, default=?
    Number of copies of an image, with the noise of the `augment` that `fit` was given, over which
    its probabilities are averaged, besides the image itself. 0 is the fastest; it can be set after
    `fit`.
epochs : int, default=?
    Number of passes over the training rows; at most so many with early stopping.
batch_size : int, default=?
    Rows per gradient step.
early_stopping : bool, default=?
    Whether to hold out a stratified validation set, stop when its loss no longer falls, and
    restore the best weights.
validation_fraction : float, default=?
    Share of the rows to hold out, in (0, 1); used if `early_stopping` and without `X_val`.
n_iter_no_change : int, default=?
    Epochs without a lower validation loss after which training stops.
class_weight : dict or "balanced", default=?
    Weights of the classes, {label: weight}, in training and in "val_loss". They multiply
    `sample_weight`. A class without a weight has the weight 1; labels that `y` lacks are accepted
    if every class of `y` has a weight.
callbacks : keras.callbacks.Callback or list of them, default=?
    Callbacks of training, copied for each fit: what they collect is not in the caller's.
precision : {"auto", "float32", "bfloat16"}, default=?
    What the layers compute in during training. "auto" is "bfloat16", which is faster, where
    TensorFlow runs on a processor with instructions for it, and "float32" elsewhere. Weights,
    validation and prediction are float32 in any case.
warm_start : bool, default=?
    Whether `fit` goes on from the present weights; the layers, the image shape, the value range
    and the seed then stay as they are.
image_shape : tuple of int, default=?
    (height, width) of the images; None takes it from `X`.
value_range : (low, high), default=?
    Pixel values of black and white; None learns it in `fit`.
random_state : int, RandomState instance or None, default=?
    Seed of the weights, the dropout, the order of the rows, the validation split and `augment`.
verbose : int, default=?
    0 is silent, 1 a progress bar, 2 one line per epoch."""

_ATTRIBUTES = """\
classes_ : ndarray of shape (n_classes,)
    The labels.
n_classes_ : int
    Number of classes.
history_ : dict of list of float
    "loss" and "accuracy" of each epoch, and "val_loss" and "val_accuracy" with validation rows.
model_ : keras.Model
    The network: pixels of shape (n, height, width, 1) to probabilities.
image_shape_ : tuple of int
    (height, width, 1) of the images.
value_range_ : tuple of two floats
    Pixel values of black and white.
seed_ : int
    The seed.
n_features_in_ : int
    Number of pixels of an image.
feature_names_in_ : ndarray of shape (`n_features_in_`,)
    Names of the columns, if `X` was a table with string column names."""

_NOTES = """\
The pixels are mapped to [0, 1] inside the network. With an int `random_state` the weights are
the same in every process with the same number of TensorFlow threads."""

# Marker in the docstring of a network -> the text that takes its place.
_PARAGRAPHS = {
    "{dense parameters}": _DENSE_PARAMETERS,
    "{stem parameters}": _STEM_PARAMETERS,
    "{deep parameters}": _DEEP_PARAMETERS,
    "{training parameters}": _TRAINING_PARAMETERS,
    "{attributes}": _ATTRIBUTES,
    "{notes}": _NOTES,
}


def complete_docstring(
    docstring: str, constructor: Callable[..., Any], rates_of_adam: tuple[float, float] | None
) -> str:
    """Put in the common paragraphs, the defaults of the constructor and the rates for Adam."""
    parameters = inspect.signature(constructor).parameters

    def with_default(match: re.Match[str]) -> str:
        if match["name"] not in parameters:
            raise TypeError(
                f"the docstring describes {match['name']!r}, which is no parameter of the "
                "constructor; write a paragraph of your own instead."
            )
        default = repr(parameters[match["name"]].default).replace("'", '"')
        return f"{match['start']}default={default}"

    line = re.compile(r"^(?P<start>(?P<name>\w+) : .*)default=\?$", re.MULTILINE)
    text = line.sub(with_default, fill_docstring(docstring, _PARAGRAPHS))
    for place, name in enumerate(("learning rate", "weight decay")):
        taken = "that of the optimizer"
        if rates_of_adam is not None:
            taken += f', but {rates_of_adam[place]} for "adam" on normalised maps'
        text = text.replace(f"{{{name}}}", taken)
    return text
