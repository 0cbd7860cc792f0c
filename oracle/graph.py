"""A small writer of ONNX graphs: operators as methods, names by counting, so builds are equal."""

from onnx import ModelProto, TensorProto, helper

OPSET, IR = 18, 9
FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64


class Graph:
    """Collects nodes; every method returns the name of its result."""

    def __init__(self):
        self.inputs, self.nodes, self.constants, self.made = {}, [], {}, 0

    def float(self, name, *shape):
        """An input of 32-bit numbers; a word in the shape stands for any length."""
        return self._input(name, FLOAT, shape)

    def int(self, name, *shape):
        """An input of 64-bit integers."""
        return self._input(name, INT, shape)

    def _input(self, name, kind, shape):
        self.inputs[name] = helper.make_tensor_value_info(name, kind, list(shape))
        return name

    def ints(self, *values):
        """A constant list of integers, kept once."""
        return self._constant(INT, values, [len(values)])

    def number(self, value):
        """A constant number."""
        return self._constant(FLOAT, [value], [])

    def _constant(self, kind, values, shape):
        name = f"constant.{kind}." + "_".join(str(value) for value in values)
        self.constants[name] = helper.make_tensor(name, kind, shape, list(values))
        return name

    def op(self, kind, *inputs, outputs=1, **attributes):
        """The result of one ONNX operator, or a list of them."""
        names = [f"{kind}.{self.made}.{place}" for place in range(outputs)]
        self.made += 1
        self.nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if outputs == 1 else names

    def add(self, left, right):
        return self.op("Add", left, right)

    def mul(self, left, right):
        return self.op("Mul", left, right)

    def matmul(self, left, right):
        return self.op("MatMul", left, right)

    def turned(self, value, *order):
        return self.op("Transpose", value, perm=list(order))

    def reshaped(self, value, *lengths):
        """The value in a new shape: lengths are numbers (0 keeps, -1 takes the rest) or inputs."""
        parts = [self.ints(each) if isinstance(each, int) else each for each in lengths]
        return self.op("Reshape", value, self.op("Concat", *parts, axis=0))

    def model(self, name, result, *shape) -> ModelProto:
        """The graph as a model whose only result is `result`, called `output`."""
        self.nodes.append(helper.make_node("Identity", [result], ["output"]))
        output = helper.make_tensor_value_info("output", FLOAT, list(shape))
        graph = helper.make_graph(
            self.nodes, name, list(self.inputs.values()), [output], list(self.constants.values())
        )
        return helper.make_model(
            graph,
            producer_name="peft-sweep",
            ir_version=IR,
            opset_imports=[helper.make_opsetid("", OPSET)],
        )
