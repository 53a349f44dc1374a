"""An ONNX graph under construction."""

from typing import Any

import numpy as np

from skmnist._utils import import_optional

# Gelu needs operator set 20. The IR version is the one of that set, so that older runtimes load it.
OPSET, IR_VERSION = 20, 9


class Graph:
    """Nodes and constants of an ONNX graph; tensors are identified by their names."""

    def __init__(self) -> None:
        self.onnx = import_optional("onnx", purpose="skmnist.export.to_onnx", extra="onnx")
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def add(self, operator: str, *inputs: str | np.ndarray, **attributes: Any) -> str:
        """Add a node with one output.

        Parameters
        ----------
        operator : str
            Name of the ONNX operator.
        *inputs : str or ndarray
            Names of tensors, or constants.
        **attributes : object
            Attributes of the operator.

        Returns
        -------
        str
            Name of the output.
        """
        names = [self._constant(i) if isinstance(i, np.ndarray) else i for i in inputs]
        output = f"{operator}_{len(self._nodes)}"
        self._nodes.append(self.onnx.helper.make_node(operator, names, [output], **attributes))
        return output

    def add_floats(self, operator: str, maps: str, *values: Any) -> str:
        """Add a node whose inputs, after the first, are float32 constants."""
        return self.add(operator, maps, *(np.asarray(v, dtype=np.float32) for v in values))

    def _constant(self, value: np.ndarray) -> str:
        name = f"constant_{len(self._constants)}"
        self._constants.append(self.onnx.numpy_helper.from_array(value, name))
        return name

    def to_model(
        self, inputs: dict[str, Any], outputs: dict[str, Any], metadata: dict[str, str]
    ) -> Any:
        """Return the checked ONNX model.

        Parameters
        ----------
        inputs : dict of str to (dtype, shape)
            Names, element types and shapes of the inputs.
        outputs : dict of str to (str, dtype, shape)
            Names of the outputs; for each, the tensor that it is, its element type and its shape.
        metadata : dict of str to str
            Entries of the metadata.
        """
        helper = self.onnx.helper
        renamed = [
            helper.make_node("Identity", [tensor], [name])
            for name, (tensor, _, _) in outputs.items()
        ]
        graph = helper.make_graph(
            [*self._nodes, *renamed],
            "skmnist",
            [self._info(name, *info) for name, info in inputs.items()],
            [self._info(name, dtype, shape) for name, (_, dtype, shape) in outputs.items()],
            self._constants,
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name="skmnist",
        )
        helper.set_model_props(model, metadata)
        self.onnx.checker.check_model(model, full_check=True)
        return model

    def _info(self, name: str, dtype: np.dtype, shape: tuple[Any, ...]) -> Any:
        element = self.onnx.helper.np_dtype_to_tensor_dtype(dtype)
        return self.onnx.helper.make_tensor_value_info(name, element, shape)
