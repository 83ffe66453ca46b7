"""What ml_board stored, read by MongoDB's or SQLite's own client: its documents are plain, and no code of ours is in this."""

import os
import sqlite3

import bson

import mongo


def documents(place, kind):
    if os.environ["BENCH_STORE"] == "sqlite":
        with sqlite3.connect(place / "store/ml_board.sqlite") as store:
            for (document,) in store.execute(f"select document from {kind} where folder = 'bench'"):
                yield bson.decode(document)
    else:
        yield from mongo.database()["bench." + kind].find()


def read(place):
    points = {}
    for frame in documents(place, "tail"):
        for part in frame["p"]:
            if part["tag"] == "loss":
                points.update(enumerate(zip(part["steps"], part["values"]), part["i"]))
    for chunk in documents(place, "scalars"):
        if chunk["tag"] == "loss":
            steps = chunk.get("steps") or range(chunk["s0"], chunk["s0"] + chunk["n"] * chunk.get("ds", 1), chunk.get("ds", 1))
            points.update(enumerate(zip(steps, chunk["values"]), chunk["i0"]))
    return points.values()
