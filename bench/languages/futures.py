"""The tasks by concurrent.futures: `python3 futures.py '{"size": 2, "tasks": [["noop", 0, 10000]]}'` prints ms as JSON."""

import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from functools import partial
from math import ceil


def noop(n):
    return n + 1


def spin(steps, n):
    """Keeps a core busy by a fixed amount of arithmetic, as in bench/tasks.js."""
    x = n
    for _ in range(steps):
        x = (x * 1664525 + 1013904223) & 0xFFFFFFFF
    return x


def steps_per_us():
    best = float("inf")
    for n in range(40):
        began = time.perf_counter()
        spin(50_000, n)
        best = min(best, time.perf_counter() - began)
    return 50_000 / (best * 1e6)


def completed(pool, task, numbers):
    return [future.result() for future in as_completed([pool.submit(task, n) for n in numbers])]


def measure(ways, task, count):
    """Milliseconds of each way; all give the results of the loop."""
    expected = sum(map(task, range(count)))
    took = {}
    for name, way in ways.items():
        way(task, range(max(8, count // 10)))
        began = time.perf_counter()
        results = way(task, range(count))
        took[name] = (time.perf_counter() - began) * 1000
        if sum(results) != expected:
            raise AssertionError(f"{name} gave wrong results")
    return took


def main():
    given = json.loads(sys.argv[1])
    size = given["size"]
    per_us = steps_per_us()
    with ThreadPoolExecutor(size) as threads, ProcessPoolExecutor(size) as processes:
        ways = {
            "a loop": lambda task, numbers: [task(n) for n in numbers],
            "`ThreadPoolExecutor.map`": lambda task, numbers: list(threads.map(task, numbers)),
            "`ThreadPoolExecutor`, `as_completed`": partial(completed, threads),
            "`ProcessPoolExecutor.map`": lambda task, numbers: list(processes.map(task, numbers)),
            # As multiprocessing.Pool.map has it: four chunks for each process.
            "`ProcessPoolExecutor.map`, `chunksize` n / 8": lambda task, numbers: list(
                processes.map(task, numbers, chunksize=ceil(len(numbers) / (4 * size)))
            ),
            "`ProcessPoolExecutor`, `as_completed`": partial(completed, processes),
        }
        took = {
            name: measure(ways, noop if us == 0 else partial(spin, round(us * per_us)), count)
            for name, us, count in given["tasks"]
        }
    print(json.dumps({"version": sys.version.split()[0], "took": took}))


if __name__ == "__main__":
    main()
