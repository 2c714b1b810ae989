"""Whether something is cheap, told apart from whether the machine is slow just now."""

import time

LOOP = range(2_000_000)
QUIET = 0.06  # seconds of CPU for an empty loop over LOOP, on the machine that the limits of the tests are from
TRIES = 4


def costs_less_than(seconds, do):
    """Whether `do()` costs less than so many seconds of CPU where nothing disturbs it.

    Neighbours and a look for garbage only ever add, so that one cheap run tells; and what is too dear at first has to
    be cheap in proportion to an empty loop beside it, which whatever slows the processor down slows down as well.
    """
    return _cpu(do) < seconds or any(_cpu(do) < seconds * _slowness() for _ in range(TRIES))


def _cpu(do):
    start = time.process_time()
    do()
    return time.process_time() - start


def _slowness():
    return max(1, _cpu(_loop) / QUIET)


def _loop():
    for _ in LOOP:
        pass
