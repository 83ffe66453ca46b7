"""What a person would use instead, on the documents that ml_board wrote: `read.py URI DATABASE FOLDER`.

pymongo, pandas and plotly on these documents; incense, trackio and TensorBoard on the same points as they are kept for them
(`readers.py`). Each prints the median of its rounds, from the call to the HTML (plotly.js inside, as in ours), or to what a page gets.
"""

import statistics
import sys
import tempfile
import time

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pymongo

import readers

uri, database, folder = sys.argv[1:4]
runs = pymongo.MongoClient(uri)[database][folder]
chunks = pymongo.MongoClient(uri)[database][f"{folder}.scalars"]
# The long ones take these tools minutes.
ROUNDS = 1 if folder == "long" else 3


def report(tool, what, work):
    times, size = [], 0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        size = work()
        times.append(time.perf_counter() - begun)
    print(f"{tool:<26} {what:<44} median of {ROUNDS} {statistics.median(times):8.2f} s  {size / 1000:>8.0f} kB", flush=True)


def points(run):
    values, steps = [], []
    for chunk in chunks.find({"run": run, "tag": "Loss"}, {"values": 1, "s0": 1, "ds": 1, "steps": 1}).sort([("session", 1), ("seq", 1)]):
        values.append(np.array(chunk["values"]))
        n = len(chunk["values"])
        steps.append(np.array(chunk["steps"]) if "steps" in chunk else chunk["s0"] + chunk.get("ds", 1) * np.arange(n))
    return pd.DataFrame({"step": np.concatenate(steps), "value": np.concatenate(values)})


def plot(most):
    figure = go.Figure()
    for run in runs.find({}, {"name": 1}):
        frame = points(run["_id"])
        if most and len(frame) > most:
            # Every so many-th point: what is commonly done, and loses spikes.
            frame = frame.iloc[:: len(frame) // most + 1]
        figure.add_scatter(x=frame["step"], y=frame["value"], name=run["name"], mode="lines")
    return readers.html(figure)


def groups():
    frames = []
    for run in runs.find({}, {"params.lr": 1}):
        frames.append(points(run["_id"]).assign(lr=run["params"]["lr"]))
    by = pd.concat(frames).groupby(["lr", "step"])["value"]
    both = pd.DataFrame({"mean": by.mean(), "std": by.std()}).reset_index()
    figure = go.Figure()
    for lr, frame in both.groupby("lr"):
        figure.add_scatter(x=frame["step"], y=frame["mean"], name=str(lr))
        figure.add_scatter(x=frame["step"], y=frame["mean"] + frame["std"], showlegend=False)
        figure.add_scatter(x=frame["step"], y=frame["mean"] - frame["std"], fill="tonexty", showlegend=False)
    return readers.html(figure)


def table(filter):
    rows = []
    for run in runs.find(filter, {"params": 1, "metrics": 1, "name": 1, "status": 1}):
        metrics = {f"last({tag})": summary["last"] for tag, summary in run["metrics"].items()}
        rows.append({"name": run["name"], "status": run["status"], **run["params"], **metrics})
    return len(pd.DataFrame(rows).to_html())


if folder == "table":
    report("pymongo + pandas", "a filter on a parameter and a result", lambda: table({"params.lr": {"$lt": 0.02}, "metrics.m1.last": {"$gt": 5000}}))
    report("pymongo + pandas", "the table of all runs, as HTML", lambda: table({}))
elif folder == "groups":
    report("pymongo + pandas + plotly", "mean and standard deviation by lr", groups)
else:
    if folder != "long":
        report("pymongo + pandas + plotly", "the plot, all points", lambda: plot(None))
    report("pymongo + pandas + plotly", "the plot, each so many-th point", lambda: plot(1000))
    if folder != "long":
        kept = {run["name"]: points(run["_id"]) for run in runs.find({}, {"name": 1})}
        with tempfile.TemporaryDirectory() as place:
            for reader in (readers.Incense(uri, database), readers.Trackio(place), readers.TensorBoard(place)):
                reader.keep(kept)
                report(reader.NAME, reader.WHAT, reader.read)
