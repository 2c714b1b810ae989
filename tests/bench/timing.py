"""How long things take, side by side, and what is written down about it."""

import gc
import math
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Milliseconds, sorted."""

    samples: list

    def quantile(self, q):
        return self.samples[min(len(self.samples) - 1, math.floor(q * len(self.samples)))]

    @property
    def p50(self):
        return self.quantile(0.5)

    @property
    def p10(self):
        """The quiet machine's answer: when both cores are busy, everything that waits for the disk waits for a tick."""
        return self.quantile(0.1)


WARMING = 4
PATIENCE = 12  # seconds after which a measurement ends early, on a machine that has other things to do


def interleaved(rounds, **cases):
    """{name: Timing}. The cases take turns, so that what else this machine does falls on all of them alike."""
    for case in cases.values():
        for _ in range(WARMING):
            case()
    samples = {name: [] for name in cases}
    gc.collect()
    gc.disable()
    end = time.monotonic() + PATIENCE
    try:
        for done in range(rounds):
            if done >= 20 and time.monotonic() > end:
                break
            for name, case in cases.items():
                began = time.perf_counter()
                case()
                samples[name].append(1000 * (time.perf_counter() - began))
    finally:
        gc.enable()
    return {name: Timing(sorted(found)) for name, found in samples.items()}


def seconds(action):
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


@dataclass(frozen=True)
class Row:
    """One line of the table. `met` is None where there is no goal to meet."""

    operation: str
    ours: str
    floor: str
    ratio: float | None = None
    second: float | None = None  # the same ratio at p10
    goal: str = ""
    met: bool | None = None


def at_most(operation, ours, floor, goal=None, *, quiet=False):
    """A Row of two Timings: ours may take `goal` times the floor; judged at p10 where `quiet`, because of the disk."""
    ratio, second = ours.p50 / floor.p50, ours.p10 / floor.p10
    return Row(
        operation,
        f"{ours.p50:.2f} ms",
        f"{floor.p50:.2f} ms",
        ratio,
        second,
        f"≤ {goal:g}×{' at p10' if quiet else ''}" if goal else "",
        (second if quiet else ratio) <= goal if goal else None,
    )


def at_least(operation, ours, floor, goal=None, unit="/s"):
    """A Row of two rates."""
    ratio = ours / floor
    shown = f"≥ {goal:g}×" if goal else ""
    return Row(operation, f"{ours:,.0f} {unit}", f"{floor:,.0f} {unit}", ratio, None, shown, goal and ratio >= goal)


def table(rows):
    """Markdown."""
    lines = [
        "| operation | ours | floor | ratio | at p10 | goal | |",
        "|---|--:|--:|--:|--:|--:|:-:|",
    ]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}×"
        second = "" if row.second is None else f"{row.second:.2f}×"
        mark = {True: "✓", False: "✗"}.get(row.met, "")
        lines.append(f"| {row.operation} | {row.ours} | {row.floor} | {ratio} | {second} | {row.goal} | {mark} |")
    return "\n".join(lines) + "\n"
