"""The steps of a fitted model as ONNX nodes."""

from collections.abc import Callable, Iterator
from typing import Any

from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline

from skmnist._utils import Noise, as_python
from skmnist.export._graph import Graph
from skmnist.export._layers import add_network
from skmnist.preprocessing import DigitNormalizer, PixelScaler

ValueRange = tuple[float, float]
Step = tuple[str, Any]


def steps_of(model: Any, name: str = "model") -> Iterator[Step]:
    """Yield the names and the estimators that a model applies one after the other.

    Parameters
    ----------
    model : estimator
        A network, or a Pipeline, a FrozenEstimator or a temperature calibration around it.
    name : str, default="model"
        Name of the model in errors.

    Yields
    ------
    tuple of str and estimator
        Steps without any containers; the last may be the calibrator.

    Raises
    ------
    ValueError
        If a calibration averages several models or has another method than temperature.
    """
    if isinstance(model, Pipeline):
        for step_name, step in model.steps:
            yield from steps_of(step, step_name)
    elif isinstance(model, FrozenEstimator):
        yield from steps_of(model.estimator, name)
    elif isinstance(model, CalibratedClassifierCV):
        calibrated = model.calibrated_classifiers_
        if model.method != "temperature" or len(calibrated) != 1:
            raise ValueError(
                f"{name} is a calibration of {len(calibrated)} classifiers with "
                f"method={model.method!r}, which cannot be exported. Fit "
                "CalibratedClassifierCV(FrozenEstimator(model), method='temperature') on new rows."
            )
        yield from steps_of(calibrated[0].estimator, name)
        yield name, calibrated[0].calibrators[0]
    elif model is not None and model != "passthrough":
        yield name, model


def add_steps(
    graph: Graph, steps: list[Step], pixels: str, value_range: ValueRange | None = None
) -> str:
    """Add all steps to a graph.

    Parameters
    ----------
    graph : Graph
        The graph.
    steps : list of (str, estimator)
        Fitted steps.
    pixels : str
        Name of the tensor of shape (n, 1, height, width), float32.
    value_range : (low, high), default=None
        The range in which the pixels certainly lie. None if it is unknown.

    Returns
    -------
    str
        Name of the tensor of probabilities.

    Raises
    ------
    ValueError
        If a step cannot be exported.
    """
    tensor = pixels
    for name, step in steps:
        add = _adder_of(step, name)
        learned = getattr(step, "value_range_", value_range)
        if learned is not None and learned != value_range:
            tensor, value_range = graph.add_floats("Clip", tensor, *learned), learned
        tensor = add(graph, step, tensor)
        if isinstance(step, PixelScaler):
            value_range = (0.0, 1.0)
    return tensor


def _adder_of(step: Any, name: str) -> Callable[[Graph, Any, str], str]:
    """Return the function that adds the nodes of a step."""
    if isinstance(step, PixelScaler):
        return _scale
    if hasattr(step, "model_") and hasattr(step, "image_shape_"):
        if as_python(step.test_time_views) != 0:
            raise ValueError(
                f"{name} has test_time_views={step.test_time_views!r}, which adds noise in "
                "prediction and cannot be exported. Export it after set_params(test_time_views=0)."
            )
        return lambda graph, network, images: add_network(graph, network.model_, images)
    if isinstance(step, Noise):
        if getattr(step, "when", "always") != "fit":
            raise ValueError(
                f"The step {name!r} is a noise, {type(step).__name__}, which would corrupt the "
                "images that the exported model gets. Switch it off by "
                f"set_params({name}='passthrough'), and export again."
            )
        return lambda graph, noise, images: images
    if isinstance(step, DigitNormalizer):
        raise ValueError(
            f"The step {name!r} is a DigitNormalizer, which cannot be exported. If it is the first "
            "step, export model[1:], and call transform of the normalizer before the exported "
            "model."
        )
    if hasattr(step, "beta_"):
        return _apply_temperature
    raise ValueError(
        f"{name} is of type {type(step).__name__}, which cannot be exported; expected a network of "
        "skmnist, alone or at the end of a Pipeline of PixelScaler, noises with when='fit' and "
        "'passthrough'. Remove the step from the Pipeline and apply it to the images before the "
        "exported model, or save the model by skmnist.persistence.dump."
    )


def _scale(graph: Graph, scaler: PixelScaler, images: str) -> str:
    low, high = scaler.value_range_
    return graph.add_floats("Mul", graph.add_floats("Sub", images, low), 1 / (high - low))


def _apply_temperature(graph: Graph, calibrator: Any, probabilities: str) -> str:
    """Scale the logits as scikit-learn does, which takes 1e-12 as the smallest probability."""
    logits = graph.add("Log", graph.add_floats("Add", probabilities, 1e-12))
    return graph.add("Softmax", graph.add_floats("Mul", logits, float(calibrator.beta_)), axis=-1)
