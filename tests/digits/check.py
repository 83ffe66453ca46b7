"""The training program killed in mid-run, then `ml_board sync`: what it had logged is in MongoDB, once. Read with another client than ours.

Run by `cargo xtask test digits`. The instants of the kills are drawn from ML_BOARD_TEST_SEED, or from a seed that is printed.
"""

import os
import pathlib
import random
import re
import secrets
import signal
import subprocess
import sys

import pymongo

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kernel"))
from stage import Checks, Stage  # noqa: E402

KILLS = 3
EPOCH = re.compile(r"^(.*): epoch (\d+), step (\d+), ")

checks = Checks()
check = checks.check


def train_and_kill(stage, database, epochs):
    """Trains two networks at a time, kills the program when so many epochs were told; the last epoch and step of each run."""
    command = [os.environ["ML_BOARD_TEST_DIGITS"], "--runs=4", "--epochs=500", "--threads=2", f"--database={database}", "--progress"]
    trainer = subprocess.Popen(command, env=stage.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    told = {}
    for seen, line in enumerate(trainer.stdout, 1):
        if match := EPOCH.match(line):
            told[match[1]] = (int(match[2]), int(match[3]))
        if seen == epochs:
            trainer.send_signal(signal.SIGKILL)  # What it had printed by then is still read.
    check("the kill met it while it trained", trainer.wait() == -signal.SIGKILL, trainer.returncode)
    return told


def points(folder, run, tag):
    """Steps and values of a tag of a run with one session, by ordinal, and how many of them a reader has to drop."""
    of = {"run": run["_id"]}
    found, twice = {}, 0
    for frame in folder["tail"].find(of):
        for part in (part for part in frame["p"] if part["tag"] == tag):
            for k, (step, value) in enumerate(zip(part["steps"], part["values"])):
                twice += part["i"] + k in found
                found[part["i"] + k] = (step, value)
    for chunk in folder["scalars"].find({**of, "tag": tag}):
        steps = chunk.get("steps") or [chunk["s0"] + k * chunk["ds"] for k in range(chunk["n"])]
        for k, (step, value) in enumerate(zip(steps, chunk["values"], strict=True)):
            twice += chunk["i0"] + k in found
            found[chunk["i0"] + k] = (step, value)
    return [found[ordinal] for ordinal in sorted(found)], sorted(found) == list(range(len(found))), twice


def whole(folder, name, epoch, step):
    """What was told of a run is there: each step's loss, each epoch's scores, histograms and images."""
    run = folder.find_one({"name": name})
    if not check(f"{name}: is there", run):
        return
    loss, contiguous, twice = points(folder, run, "Loss")
    steps = [at for at, _ in loss]
    check(f"{name}: {len(steps)} losses, each once and in order", contiguous and not twice and steps == list(range(1, len(steps) + 1)), steps)
    check(f"{name}: none of the {step} that were told is missing", len(steps) >= step, len(steps))
    epochs, contiguous, twice = points(folder, run, "epoch")
    check(f"{name}: each of {epoch} epochs", contiguous and not twice and [int(e) for _, e in epochs][: epoch + 1] == list(range(epoch + 1)), epochs)
    at = [step for step, _ in epochs]
    for kind, tag, every in (("histogram", "weights", 1), ("image", "filters", 4)):
        events = [event["step"] for event in folder["events"].find({"run": run["_id"], "kind": kind, "tag": tag}).sort("step")]
        wanted = at[: epoch + 1 : every]
        check(f"{name}: {kind}s of each", events[: len(wanted)] == wanted and len(set(events)) == len(events), (events, wanted))
    blobs = {event["blob"] for event in folder["events"].find({"run": run["_id"], "kind": "image"})}
    check(f"{name}: every image's bytes", folder["blobs"].count_documents({"_id": {"$in": list(blobs)}}) == len(blobs))
    check(f"{name}: its parameters and its end", "lr" in run["params"] and run["status"] == "killed", (run["params"], run["status"]))


def main():
    seed = int(os.environ.get("ML_BOARD_TEST_SEED", secrets.randbits(32)))
    print(f"seed {seed}")
    draw = random.Random(seed)
    client = pymongo.MongoClient(os.environ["ML_BOARD_TEST_URI"])
    with Stage() as stage:
        stage.env["ML_BOARD_URI"] = os.environ["ML_BOARD_TEST_URI"]
        for _ in range(KILLS):
            database = f"killed_{secrets.token_hex(4)}"
            try:
                told = train_and_kill(stage, database, draw.randrange(2, 40))
                stage.engine("sync")
                for name, (epoch, step) in told.items():
                    whole(client[database]["lr_search"], name, epoch, step)
                check("no journal is left", not list((stage.path / "home/journals").glob("*/*.segment")))
            finally:
                client.drop_database(database)
    checks.finish()


if __name__ == "__main__":
    main()
