"""LiteRT, the runtime of every network here: one is loaded from a file's bytes, and run."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from asymmetry.core.quiet import quiet
from asymmetry.errors import InvalidInputError

__all__ = ["load_network", "reading_threads", "run_network"]

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


def load_network(content: bytes, threads: int) -> Interpreter:
    """A network of a .tflite file; `ValueError` if it is none."""
    with quiet():
        network = Interpreter(model_content=content, num_threads=threads)
        network.allocate_tensors()
    return network


def run_network(network: Interpreter, given: Floats) -> list[Floats]:
    """A network's outputs for one input, whose first axis may be of any length."""
    into = network.get_input_details()[0]
    if into["shape"][0] != len(given):
        network.resize_tensor_input(into["index"], given.shape)
        network.allocate_tensors()
    network.set_tensor(into["index"], given)
    network.invoke()
    return [network.get_tensor(output["index"]) for output in network.get_output_details()]
