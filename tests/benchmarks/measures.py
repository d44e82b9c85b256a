"""What the benchmarks print: medians, 95th percentiles, minimums, and how noisy the machine was meanwhile."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

_WORK_S = 0.002
"""CPU time of the piece of work by which the noise is told."""


def median(times: Sequence[float]) -> float:
    return statistics.median(times)


def p95(times: Sequence[float]) -> float:
    """The 95th percentile: the smallest time that 95 of 100 do not exceed."""
    ordered = sorted(times)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]


def table(title: str, unit: str, rows: Mapping[str, Sequence[float]]) -> None:
    """Print a row for each of `rows`: how many times, the quickest, the median, the 95th percentile, the slowest."""
    width = max([len(title), *(len(name) + 2 for name in rows)])
    print(f"\n{title:<{width}}       n      min   median      p95      max   {unit}")
    for name, times in rows.items():
        if times:
            figures = f"{min(times):8.1f} {median(times):8.1f} {p95(times):8.1f} {max(times):8.1f}"
            print(f"  {name:<{width - 2}}  {len(times):6} {figures}", flush=True)
        else:
            print(f"  {name:<{width - 2}}       0", flush=True)


def rates(title: str, unit: str, rows: Mapping[str, Sequence[float]], peer: str) -> None:
    """Print rates, a row for each of `rows`: the median, the best, and what share of the `peer` row's they are."""
    width = max([len(title), *(len(name) + 2 for name in rows)])
    print(f"\n{title:<{width}}  rounds   median     best   {unit:<10} of {peer}: median, best")
    for name, found in rows.items():
        shares = f"{median(found) / median(rows[peer]):6.0%} {max(found) / max(rows[peer]):6.0%}"
        print(
            f"  {name:<{width - 2}}  {len(found):6} {median(found):8.1f} {max(found):8.1f}   {'':<10} {shares}",
            flush=True,
        )


def machine() -> str:
    """The machine and the Python, on one line."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    system = f"{platform.system()} {platform.release()}"
    return f"{os.cpu_count()} x {model}, {system}, Python {platform.python_version()}"


def noise(rounds: int = 150) -> None:
    """Print how long the same piece of work takes and how late a sleep ends: on a quiet machine, always the same."""
    loops = _calibrated()
    work, late = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        time.sleep(0.005)
        woken = time.perf_counter()
        _spin(loops)
        late.append((woken - start) * 1000 - 5)
        work.append((time.perf_counter() - woken) * 1000)
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    table(f"noise (load {load})", "ms", {"2 ms of work": work, "a 5 ms sleep ends late by": late})


def resident_mb(pid: int) -> float:
    """Resident memory of a process, in MB of 2**20 bytes. Linux only."""
    line = next(line for line in _lines(f"/proc/{pid}/status") if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


def cpu_ms(pid: int) -> float:
    """CPU time that all threads of a process have used so far, in milliseconds. Linux only; 0 elsewhere."""
    used_ns = 0
    with suppress(OSError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            used_ns += int((thread / "schedstat").read_text().split()[0])
    return used_ns / 1e6


def timed_ms(work: Callable[[], object]) -> float:
    """Milliseconds that a call takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _calibrated() -> int:
    """Loops of `_spin` that take 2 ms when nothing disturbs them."""
    quickest = min(timed_ms(lambda: _spin(10_000)) for _ in range(30))
    return round(10_000 * _WORK_S * 1000 / quickest)


def _spin(loops: int) -> None:
    for _ in range(loops):
        pass


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []
