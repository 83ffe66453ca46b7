"""Tools that keep points in a way of their own. Each is given the points of all runs first, and then asked for them."""

import contextlib
import io
import json
import logging
import os

# What TensorBoard and trackio keep of a run for their pages, at most.
TENSORBOARD, TRACKIO = 1000, 3000

# Sacred has every logger tell all it does.
logging.disable(logging.INFO)


def html(figure):
    return len(figure.to_html(include_plotlyjs=True, full_html=False))


class Incense:
    """Reads what Sacred's MongoObserver has written; one plot of it by plotly."""

    NAME, WHAT = "incense + plotly (Sacred)", "the plot, all points"

    def __init__(self, uri, database):
        self.uri, self.database = uri, f"{database}_sacred"

    def keep(self, runs):
        from sacred import SETTINGS, Experiment
        from sacred.observers import MongoObserver

        SETTINGS.CAPTURE_MODE = "no"
        for name, frame in runs.items():
            experiment = Experiment(name, save_git_info=False)
            experiment.observers.append(MongoObserver(url=self.uri, db_name=self.database))

            @experiment.main
            def main(_run):
                for step, value in frame.itertuples(index=False):
                    _run.log_scalar("Loss", value, int(step))

            experiment.run()

    def read(self):
        import plotly.graph_objects as go
        from incense import ExperimentLoader

        figure = go.Figure()
        for experiment in ExperimentLoader(self.uri, self.database).find_all():
            loss = experiment.metrics["Loss"]
            figure.add_scatter(x=loss.index, y=loss, name=experiment.experiment.name, mode="lines")
        return html(figure)


class Trackio:
    """What its server does for its page: a sample of each run, as JSON."""

    NAME, WHAT = "trackio's server", f"a sample of {TRACKIO:,} a run, as JSON"

    def __init__(self, place):
        os.environ["TRACKIO_DIR"] = os.path.join(place, "trackio")

    def keep(self, runs):
        from trackio.sqlite_storage import SQLiteStorage

        for name, frame in runs.items():
            values = [{"Loss": value} for value in frame["value"]]
            with contextlib.redirect_stdout(io.StringIO()):
                SQLiteStorage.bulk_log("bench", name, values, steps=[int(step) for step in frame["step"]])

    def read(self):
        from trackio.server import get_logs
        from trackio.sqlite_storage import SQLiteStorage

        return sum(len(json.dumps(get_logs("bench", run), default=str)) for run in SQLiteStorage.get_runs("bench"))


class TensorBoard:
    """What it does before its page asks: it reads all events, and keeps a sample."""

    NAME, WHAT = "TensorBoard's loader", f"all events, a sample of {TENSORBOARD:,} a run kept"

    def __init__(self, place):
        self.root = os.path.join(place, "events")

    def keep(self, runs):
        from tensorboardX import SummaryWriter

        for name, frame in runs.items():
            writer = SummaryWriter(os.path.join(self.root, name), max_queue=1000)
            for step, value in frame.itertuples(index=False):
                writer.add_scalar("Loss", value, int(step))
            writer.close()

    def read(self):
        from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

        loaded = EventMultiplexer(size_guidance={"scalars": TENSORBOARD}).AddRunsFromDirectory(self.root)
        loaded.Reload()
        return sum(len(loaded.Scalars(run, "Loss")) for run in loaded.Runs()) * 24
