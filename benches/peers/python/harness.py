"""One peer in a process of its own: what `cargo xtask bench writer` starts for each that is Python.

    harness.py PEER run DIRECTORY TAGS CALLS SECONDS RATE   logs as fast as a loop does, or RATE times a second; prints what it took
    harness.py PEER kill DIRECTORY RATE                     logs until it is killed; DIRECTORY/returned counts the calls that returned
    harness.py PEER read DIRECTORY RETURNED                 after a kill: how many of those calls the peer's own reader finds

A peer is a module with `run(place, body)`, which calls `body(log, log_many)` and returns when all is stored; and `read(place)`, which gives
the steps and values of the tag `loss`. `log(tag, value, step)` is one call; `log_many(values, step)` logs one step of several tags in
the peer's own way, or is None where that is one call a tag.
"""

import importlib
import json
import os
import pathlib
import sys
import time
from array import array

TAG = "loss"


def sample(i):
    """A noisy decay, the same in every driver: no value compresses better for one peer than for another."""
    return 1 / (1 + i / 1000) + (i * 2654435761 % 4294967296) / 4294967296 * 0.01


def cost_of_the_clock():
    clock = time.perf_counter_ns
    costs = []
    for _ in range(100_000):
        before = clock()
        costs.append(clock() - before)
    return sorted(costs)[len(costs) // 2]


def pace(begun, i, rate):
    """Waits for the moment of call i, if it is to come."""
    if rate:
        ahead = begun + i / rate - time.perf_counter()
        if ahead > 0:
            time.sleep(ahead)


def calls_of(log, log_many, tags, count, seconds, rate):
    """The nanoseconds of each call, a call being one step of all tags."""
    clock = time.perf_counter_ns
    names = [TAG] + [f"{TAG} {k}" for k in range(1, tags)]
    nanos = array("q")
    begun = time.perf_counter()
    end = clock() + int(seconds * 1e9)
    for i in range(count):
        value = sample(i)
        pace(begun, i, rate)
        if tags == 1:
            before = clock()
            log(TAG, value, i)
            after = clock()
        elif log_many:
            values = dict.fromkeys(names, value)
            before = clock()
            log_many(values, i)
            after = clock()
        else:
            before = clock()
            for name in names:
                log(name, value, i)
            after = clock()
        nanos.append(after - before)
        if after > end:
            break
    return nanos, time.perf_counter() - begun


def measure(peer, place, tags, count, seconds, rate):
    taken = {}

    def body(log, log_many=None):
        taken["begun"] = time.perf_counter()
        taken["nanos"], taken["logging"] = calls_of(log, log_many, tags, count, seconds, rate)

    peer.run(place, body)
    durable = time.perf_counter() - taken["begun"]
    clock = cost_of_the_clock()
    nanos = sorted(taken["nanos"])
    at = lambda part: max(0, nanos[int((len(nanos) - 1) * part)] - clock)
    return {"calls": len(nanos), "p50": at(0.5), "p99": at(0.99), "max": at(1.0), "logging": taken["logging"], "durable": durable}


def log_until_killed(peer, place, rate):
    """How many calls returned is written to a file: that outlives the process at whatever moment it ends."""
    returned = os.open(place / "returned", os.O_RDWR | os.O_CREAT)

    def body(log, _=None):
        begun = time.perf_counter()
        i = 0
        while True:
            pace(begun, i, rate)
            log(TAG, sample(i), i)
            i += 1
            os.pwrite(returned, i.to_bytes(8, "little"), 0)

    peer.run(place, body)


def found(points, returned):
    """How many of the steps below `returned` are there with their value, and how many points are twice there or false."""
    right, wrong = set(), 0
    for step, value in points:
        true = abs(value - sample(step)) < 1e-6
        if not true or step in right:
            wrong += 1
        elif step < returned:
            right.add(step)
    return {"found": len(right), "wrong": wrong}


def main(name, mode, directory, *numbers):
    peer = importlib.import_module(name)
    place = pathlib.Path(directory)
    place.mkdir(parents=True, exist_ok=True)
    work = {"run": measure, "kill": log_until_killed, "read": lambda peer, place, returned: found(peer.read(place), returned)}
    answer = work[mode](peer, place, *map(int, numbers))
    # The last line: some peers print lines of their own.
    print("\n" + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
