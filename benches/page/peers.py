"""What the peers show in `cargo xtask bench page`, of as many numbers as outputs.ts and fill.rs: `peers.py plotly|itables|tensorboard|trackio|aim DIRECTORY`."""

import os
import pathlib
import sys

CURVES, POINTS, RUNS, COLUMNS, OUTPUTS = 100, 1000, 10_000, 100, 20


def loss(run, step):
    """A noisy decay, the same each time."""
    return 1 / (1 + step / (20 + run)) + (run * 7919 + step * 104_729) % 1000 * 1e-4


def value(run, column):
    """Of the search's runs."""
    return (run * 7919 + column * 104_729 + run * column) % 10_007 / 10_007


def plotly(directory):
    """The outputs of its renderer `notebook`: the script once, and a figure each."""
    import plotly.graph_objects as go
    import plotly.io as pio

    def figure():
        steps = list(range(POINTS))
        curves = [go.Scatter(x=steps, y=[loss(run, step) for step in steps], mode="lines", name=f"lr={0.1 / (run % 5 + 1):.3g}") for run in range(CURVES)]
        return go.Figure(curves)

    directory.joinpath("plot.html").write_text(pio.to_html(figure(), full_html=False, include_plotlyjs=True))
    for n in range(OUTPUTS):
        directory.joinpath(f"many-{n}.html").write_text(pio.to_html(figure(), full_html=False, include_plotlyjs=n == 0))


def itables(directory):
    """Its table with all rows and columns, and the script that comes with `init_notebook_mode`."""
    import pandas
    from itables import options, to_html_datatable
    from itables.javascript import generate_init_offline_itables_html

    names = [f"run {run}" for run in range(RUNS)]
    frame = pandas.DataFrame({f"c{column:02}": [value(run, column) for run in range(RUNS)] for column in range(COLUMNS)}, index=names)
    table = to_html_datatable(frame, connected=False, maxBytes=0, maxRows=0, maxColumns=0)
    directory.joinpath("table.html").write_text(generate_init_offline_itables_html(options.dt_bundle) + table)


def tensorboard(directory):
    from tensorboardX import SummaryWriter

    for run in range(CURVES):
        writer = SummaryWriter(f"{directory}/runs/run {run}", write_to_disk=True)
        for step in range(POINTS):
            writer.add_scalar("Loss", loss(run, step), step)
        writer.close()


def trackio(directory):
    os.environ["TRACKIO_DIR"] = str(directory / "runs")
    from trackio.sqlite_storage import SQLiteStorage

    for run in range(CURVES):
        metrics = [{"Loss": loss(run, step)} for step in range(POINTS)]
        SQLiteStorage.bulk_log("bench", f"run {run}", metrics, steps=list(range(POINTS)), config={"lr": 0.1 / (run % 5 + 1)}, run_id=f"run-{run}")


def aim(directory):
    import aim as aim_library

    for run in range(CURVES):
        logged = aim_library.Run(repo=str(directory), experiment="bench", system_tracking_interval=None, log_system_params=False, capture_terminal_logs=False)
        logged.name = f"run {run}"
        logged["lr"] = 0.1 / (run % 5 + 1)
        for step in range(POINTS):
            logged.track(loss(run, step), name="Loss", step=step)
        logged.close()


if __name__ == "__main__":
    made = pathlib.Path(sys.argv[2])
    made.mkdir(parents=True, exist_ok=True)
    {"plotly": plotly, "itables": itables, "tensorboard": tensorboard, "trackio": trackio, "aim": aim}[sys.argv[1]](made)
