"""LiteRT, the runtime of every network here: one is loaded from a file's bytes, and run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from ai_edge_litert.interpreter import Interpreter

from asymmetry.core.arrays import is_whole
from asymmetry.core.beside import Beside
from asymmetry.core.quiet import quiet
from asymmetry.errors import InvalidInputError

__all__ = ["LoadedNetwork", "load_network", "reading_threads", "run_network"]

Floats = npt.NDArray[np.float32]

# Threads that share the inputs of one call, where the process may have as many. Two interpreters of one
# thread read two pictures in 0.6 of the time of one on an idle machine, and in its time where others are at
# work. One interpreter of two threads takes 0.8 and 1.3, since they wait for each other in every layer.
_MOST_THREADS = 2
# Pictures of a photo that come in one call, at most: both brows and both corners of the mouth.
_MOST_PICTURES = 4


def reading_threads(threads: int | None) -> int:
    """Threads that share the inputs of one call; they change no number.

    Default: two, or one where OpenCV has been given one. More than four would have nothing to do.

    Raises
    ------
    InvalidInputError
        If ``threads`` is no number above 0.
    """
    if threads is None:
        return min(_MOST_THREADS, cv2.getNumThreads())
    _check_threads(threads)
    return min(threads, _MOST_PICTURES)


def _check_threads(threads: object) -> None:
    if not is_whole(threads) or threads < 1:
        raise InvalidInputError(f"threads has to be a whole number from 1 on, not {threads!r}")


@dataclass(eq=False)
class LoadedNetwork:
    """A network, ready to run: an interpreter for each thread, and the numbers of its input and outputs."""

    interpreters: Sequence[Interpreter]
    into: int
    outputs: Sequence[int]


def load_network(content: bytes, threads: int) -> LoadedNetwork:
    """A network of a .tflite file; `ValueError` if it is none."""
    with quiet():
        interpreters = [_load(content) for _ in range(threads)]
    into = interpreters[0].get_input_details()[0]["index"]
    outputs = [output["index"] for output in interpreters[0].get_output_details()]
    return LoadedNetwork(interpreters, into, outputs)


def _load(content: bytes) -> Interpreter:
    """An interpreter of one thread that takes one input at a time."""
    interpreter = Interpreter(model_content=content, num_threads=1)
    into = interpreter.get_input_details()[0]
    if into["shape"][0] != 1:
        interpreter.resize_tensor_input(into["index"], [1, *into["shape"][1:]])
    interpreter.allocate_tensors()
    return interpreter


def run_network(network: LoadedNetwork, given: Sequence[Floats] | Floats) -> list[Floats]:
    """A network's outputs for any number of inputs, one after the other: its threads share them."""
    count, shares = len(given), min(len(given), len(network.interpreters))
    if shares == 1:
        return _run(network, 0, given)
    parts = [given[count * i // shares : count * (i + 1) // shares] for i in range(shares)]
    found = Beside(shares).each(lambda i: _run(network, i, parts[i]), range(shares))
    return [np.concatenate(each) for each in zip(*found, strict=True)]


def _run(network: LoadedNetwork, number: int, given: Sequence[Floats] | Floats) -> list[Floats]:
    """Outputs for inputs by one of the interpreters, which takes them one by one."""
    interpreter, found = network.interpreters[number], []
    for one in given:
        interpreter.set_tensor(network.into, one[None])
        interpreter.invoke()
        found.append([interpreter.get_tensor(output) for output in network.outputs])
    return [np.concatenate(each) for each in zip(*found, strict=True)]
