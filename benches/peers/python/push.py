"""What ml_board descends from: one document a run, one synchronous `$push` a point."""

import mongo


def run(place, body):
    runs = mongo.database()["runs"]
    run = runs.insert_one({"Experimental Parameters": {"lr": 0.001}, "Plots": {}}).inserted_id

    def log(tag, value, step):
        runs.update_one({"_id": run}, {"$push": {f"Plots.{tag}": value}})

    body(log)


def read(place):
    return enumerate(mongo.database()["runs"].find_one()["Plots"]["loss"])
