"""Sacred with its MongoObserver."""

import os

import mongo


def run(place, body):
    from sacred import SETTINGS, Experiment
    from sacred.observers import MongoObserver

    SETTINGS.CAPTURE_MODE = "no"
    experiment = Experiment("bench", save_git_info=False)
    experiment.observers.append(MongoObserver(url=os.environ["BENCH_URI"], db_name=os.environ["BENCH_DATABASE"]))

    @experiment.main
    def main(_run):
        body(_run.log_scalar)

    experiment.run()


def read(place):
    metric = mongo.database()["metrics"].find_one({"name": "loss"})
    return zip(metric["steps"], metric["values"]) if metric else []
