"""Work shared with a helper gives what one thread gives, whether the helper is free, busy or at fault."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from asymmetry.core.beside import ALONE, Beside, usable_cores

WAIT = 60


@contextmanager
def helpers_busy() -> Iterator[None]:
    """All helpers of this process wait until the end of the block."""
    go_on = threading.Event()
    waiting = [Beside(2).begin(go_on.wait, WAIT) for _ in range(usable_cores())]
    try:
        yield
    finally:
        go_on.set()
        assert all(each() for each in waiting)


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_each_keeps_the_order(threads: int, count: int) -> None:
    assert Beside(threads).each(lambda x: x * x, range(count)) == [x * x for x in range(count)]


def test_two_threads_are_at_work_at_once() -> None:
    both = threading.Barrier(2, timeout=WAIT)
    assert sorted(Beside(2).each(lambda _: both.wait(), "ab")) == [0, 1]


def test_alone_all_is_done_by_the_caller_when_it_is_needed() -> None:
    done: list[int] = []
    end = ALONE.begin(done.append, 1)
    assert done == []
    end()
    assert done == [1]
    assert ALONE.each(lambda _: threading.get_ident(), "ab") == [threading.get_ident()] * 2


def test_nobody_waits_for_a_busy_helper() -> None:
    with helpers_busy():
        ends = [Beside(2).begin(abs, -i) for i in range(3)]
        assert Beside(3).each(abs, [-1, -2, -3]) == [1, 2, 3]
        assert [end() for end in ends] == [0, 1, 2]


def test_a_task_of_a_helper_may_share_its_own_work() -> None:
    inner = Beside(2).begin(lambda: Beside(2).each(abs, [-1, -2]))
    assert inner() == [1, 2]


@pytest.mark.parametrize("wrong", [0, 1])
def test_errors_come_out_when_no_thread_is_at_work_any_more(wrong: int) -> None:
    begun, over = threading.Event(), []

    def task(number: int) -> None:
        if number == wrong:
            begun.wait(1)
            raise ValueError(str(number))
        begun.set()
        threading.Event().wait(0.1)
        over.append(number)

    with pytest.raises(ValueError, match=str(wrong)):
        Beside(2).each(task, [0, 1])
    assert over in ([1 - wrong], [])


def test_an_error_of_a_begun_task_comes_out_at_its_end() -> None:
    with pytest.raises(ZeroDivisionError):
        Beside(2).begin(divmod, 1, 0)()
