"""The database of a trial, and what it takes on disk: `python mongo.py` prints its bytes."""

import os

import pymongo


def database():
    return pymongo.MongoClient(os.environ["BENCH_URI"])[os.environ["BENCH_DATABASE"]]


if __name__ == "__main__":
    trial = database()
    # What is not yet in its files is written there first.
    trial.client.admin.command("fsync")
    size = trial.command("dbStats")
    print(int(size["storageSize"] + size["indexSize"]))
