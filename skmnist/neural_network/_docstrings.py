"""Parts that the docstrings of all networks share."""

import re
import textwrap
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from skmnist._utils import fill_docstring

_WIDTH = 100

_ACTIVATION = """\
activation : str, default=?
    Activation of the hidden layers: {activations}."""

_DENSE_PARAMETERS = f"""\
{_ACTIVATION}
dropout : float or tuple of float, default=?
    Dropout rate in [0, 1) after each hidden layer, or one rate per layer.
batch_normalization : bool, default=?
    Whether hidden layers and convolutions are batch-normalized before their activation.
kernel_initializer : str or tuple of str, default=?
    Initializer of the kernels of the hidden layers, or one per layer: {{initializers}}.
output_kernel_initializer : str, default=?
    Initializer of the kernel of the output layer."""

_STEM_PARAMETERS = """\
kernel_size : int, default=?
    Side of the square kernels, in pixels.
stem_kernel_size : int, default=?
    Side of the kernels of the first convolution, in pixels.
stem_stride : int, default=?
    Stride of the first convolution, in pixels. 2 halves the height and the width of all feature
    maps, so a pass takes about a quarter of the time."""

_MAP_PARAMETERS = f"""\
{_ACTIVATION}
normalization : {{"batch", "group", "layer", "none"}}, default=?
    Normalization of the feature maps: over the batch, over groups of maps of each image, over all
    maps of each image, or none.
pooling : {{"average", "max"}}, default=?
    Global pooling of each of the last feature maps into one number.
dropout : float, default=?
    Dropout rate in [0, 1) after the global pooling.
kernel_initializer : str, default=?
    Initializer of the kernels of the convolutions: {{initializers}}.
output_kernel_initializer : str, default=?
    Initializer of the kernel of the output layer."""

_TRAINING_PARAMETERS = """\
optimizer : str or keras.optimizers.Optimizer, default=?
    {optimizers}, or an instance. Every fit uses a fresh copy.
optimizer__learning_rate : float, schedule, "auto" or None, default=?
    Learning rate. With a schedule of ``keras.optimizers.schedules``, `learning_rate_schedule` and
    `warmup_fraction` are ignored.
    {learning rate}.
optimizer__weight_decay : float, "auto" or None, default=?
    Decoupled weight decay in [0, 1): each step shrinks kernels by learning rate * weight decay.
    Biases and normalization scales do not decay.
    {weight decay}.
learning_rate_schedule : str, default=?
    How the learning rate changes over the steps of `fit`: {schedules}.
warmup_fraction : float, default=?
    Share of the steps, in [0, 1), over which the learning rate first rises linearly from zero. 0.2
    or more makes the cosine a one-cycle schedule. Ignored by ``learning_rate_schedule="constant"``
    and by `partial_fit`.
loss : str or keras.losses.Loss, default=?
    {losses}, or an instance that takes one-hot labels.
label_smoothing : float, default=?
    Share of the target, in [0, 1), that is spread evenly over all classes, in training and in
    "val_loss". Must be 0 if `loss` is an instance: pass the smoothing to the instance.
augment : noise or list of noises, default=?
    Noises of ``skmnist.noise`` that are applied in turn to the training rows, drawn anew in each
    epoch in a background thread. Their parameter `when` is ignored. The seeds of noises without a
    `random_state` are derived from the network's. Validation rows and predictions get no
    noise. Between the noises of a list, pixels are floats; integers are rounded once, at the end.
test_time_views : int, default=?
    Test-time augmentation: probabilities are averaged over the image and this number of noisy
    copies of it, made by the noises that `augment` had in `fit`. 0 is the fastest. It can be set
    after `fit`.
epochs : int, default=?
    Number of passes over the training rows; with early stopping, the maximum number.
batch_size : int, default=?
    Rows per gradient step.
early_stopping : bool, default=?
    Whether to hold out a stratified validation set, stop when its loss no longer falls, and
    restore the best weights.
validation_fraction : float, default=?
    Share of the rows to hold out, in (0, 1); used with `early_stopping` and without `X_val`.
n_iter_no_change : int, default=?
    Number of epochs without a lower validation loss after which early stopping ends the training.
class_weight : dict or "balanced", default=?
    Weights of the classes, {label: weight}, in training and in "val_loss". They multiply
    `sample_weight`, and are not scaled: small weights also shorten the steps of "sgd". A class
    without a weight has the weight 1. Labels that `y` lacks are accepted if every class of `y` has
    a weight.
callbacks : keras.callbacks.Callback or list of them, default=?
    Callbacks of Keras. They are deep-copied; the instances you pass are not updated. Callbacks of
    scikit-learn are set by `set_callbacks`.
precision : {"auto", "float32", "bfloat16"}, default=?
    Precision of the layers in training. "auto" is "bfloat16" where it is faster: if TensorFlow runs
    with oneDNN on a processor with instructions for it. Otherwise it is "float32". Weights,
    validation and prediction are always float32.
warm_start : bool, default=?
    Whether `fit` continues from the current weights. The layers, the image shape, the value range
    and the seed are then not changed.
image_shape : tuple of int, default=?
    (height, width) of the images. If None, it is learned in `fit`.
value_range : (low, high), default=?
    Pixel values of black and white. If None, they are learned in `fit`.
random_state : int, RandomState instance or None, default=?
    Seed of the weights, the dropout, the order of the rows, the validation split and `augment`.
verbose : int, bool or "auto", default=?
    0 and False are silent; 1, 2, True and "auto" print a line per epoch: the loss, the accuracy
    and the time that is left."""

_ATTRIBUTES = """\
Attributes
----------
classes_ : ndarray of shape (n_classes,)
    The class labels.
n_classes_ : int
    Number of classes.
history_ : dict of list of float
    "loss" and "accuracy" of each epoch, and "val_loss" and "val_accuracy" with validation rows.
model_ : keras.Model
    The network; it maps pixels of shape (n, height, width, 1) to probabilities.
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
Notes
-----
The pixels are mapped to [0, 1] inside the network. With an int `random_state`, the weights are
the same in every process with the same number of TensorFlow threads."""

# Marker in the docstring of a network -> the text that replaces it.
_PARAGRAPHS = {
    "{dense parameters}": _DENSE_PARAMETERS,
    "{stem parameters}": _STEM_PARAMETERS,
    "{map parameters}": _MAP_PARAMETERS,
    "{training parameters}": _TRAINING_PARAMETERS,
    "{attributes}": _ATTRIBUTES,
    "{notes}": _NOTES,
}


def quoted(names: Iterable[str]) -> str:
    """Return names as an enumeration: '"a", "b" or "c"'."""
    *others, last = (f'"{name}"' for name in names)
    return f"{', '.join(others)} or {last}" if others else last


def complete_docstring(
    docstring: str, texts: Mapping[str, str], default_of: Callable[[str], Any]
) -> str:
    """Fill in the paragraphs, the texts of markers in them such as {losses}, and the defaults."""
    text = fill_docstring(docstring, _PARAGRAPHS)
    for name, value in texts.items():
        text = text.replace(f"{{{name}}}", value)
    text = re.sub(
        r"^(\w+)( : .*default=)\?$",
        lambda match: match[1] + match[2] + repr(default_of(match[1])).replace("'", '"'),
        text,
        flags=re.MULTILINE,
    )
    return "\n".join(map(_wrapped, text.splitlines())) + "\n"


def _wrapped(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    wrapped = textwrap.fill(
        line.lstrip(),
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return wrapped if len(line) > _WIDTH else line
