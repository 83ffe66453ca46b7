"""trackio, local."""

import os


def run(place, body):
    os.environ["TRACKIO_DIR"] = str(place / "trackio")
    import trackio

    trackio.init(project="bench", name="run", auto_log_gpu=False, auto_log_cpu=False)
    body(lambda tag, value, step: trackio.log({tag: value}, step=step), lambda values, step: trackio.log(values, step=step))
    trackio.finish()


def read(place):
    os.environ["TRACKIO_DIR"] = str(place / "trackio")
    from trackio.sqlite_storage import SQLiteStorage

    return [(row["step"], row["loss"]) for row in SQLiteStorage.get_logs("bench", "run") if "loss" in row]
