"""The runs that cost.mjs looks at, written for TensorBoard or trackio: `fill.py tensorboard|trackio DIRECTORY RUNS POINTS`."""

import os
import sys

tool, directory, runs, points = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
if tool == "tensorboard":
    from tensorboardX import SummaryWriter

    for run in range(runs):
        writer = SummaryWriter(f"{directory}/run {run}", write_to_disk=True)
        for step in range(points):
            writer.add_scalar("Loss", step, step)
            writer.add_scalar("metric 1", step, step)
        writer.close()
else:
    os.environ["TRACKIO_DIR"] = directory
    from trackio.sqlite_storage import SQLiteStorage

    for run in range(runs):
        metrics = [{"Loss": step, "metric 1": step} for step in range(points)]
        SQLiteStorage.bulk_log("bench", f"run {run}", metrics, steps=list(range(points)), config={"lr": 0.1 / (run + 1)}, run_id=f"run-{run}")
