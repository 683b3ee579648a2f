"""LiteRT, the runtime of every network here: one is loaded from a file's bytes, and run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from asymmetry.core.quiet import quiet
from asymmetry.errors import InvalidInputError

__all__ = ["LoadedNetwork", "load_network", "reading_threads", "run_network"]

Floats = npt.NDArray[np.float32]

# Threads that share one reading, where the process may have as many: two take 0.6 of the time of one.
_MOST_THREADS = 2


def reading_threads(threads: int | None) -> int:
    """Threads that share one reading; they change no number.

    Default: two, or one where OpenCV has been given one.

    Raises
    ------
    InvalidInputError
        If ``threads`` is no number above 0.
    """
    if threads is None:
        return min(_MOST_THREADS, cv2.getNumThreads())
    _check_threads(threads)
    return threads


def _check_threads(threads: object) -> None:
    if not isinstance(threads, int) or threads < 1:
        raise InvalidInputError(f"threads has to be a whole number from 1 on, not {threads!r}")


@dataclass(eq=False)
class LoadedNetwork:
    """A network, ready to run: the numbers of its input and outputs, and how many inputs it takes at once."""

    interpreter: Interpreter
    into: int
    outputs: Sequence[int]
    rows: int


def load_network(content: bytes, threads: int) -> LoadedNetwork:
    """A network of a .tflite file; `ValueError` if it is none."""
    with quiet():
        network = Interpreter(model_content=content, num_threads=threads)
        network.allocate_tensors()
    into = network.get_input_details()[0]
    outputs = [output["index"] for output in network.get_output_details()]
    return LoadedNetwork(network, into["index"], outputs, int(into["shape"][0]))


def run_network(network: LoadedNetwork, given: Floats) -> list[Floats]:
    """A network's outputs for one input, whose first axis may be of any length."""
    interpreter = network.interpreter
    if network.rows != len(given):
        interpreter.resize_tensor_input(network.into, given.shape)
        interpreter.allocate_tensors()
        network.rows = len(given)
    interpreter.set_tensor(network.into, given)
    interpreter.invoke()
    return [interpreter.get_tensor(output) for output in network.outputs]
