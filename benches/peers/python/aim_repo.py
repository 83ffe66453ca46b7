"""Aim, in a repository of its own."""


def run(place, body):
    from aim import Run

    run = Run(repo=str(place), system_tracking_interval=None, log_system_params=False, capture_terminal_logs=False)
    body(lambda tag, value, step: run.track(value, name=tag, step=step), lambda values, step: run.track(values, step=step))
    run.close()


def read(place):
    """After `aim storage reindex`: without its server, no run is in its index before."""
    from aim import Repo

    repo = Repo(str(place))
    repo._recreate_index()
    for run in repo.iter_runs():
        for metric in run.metrics():
            if metric.name == "loss":
                steps, (values, *_) = metric.data.view(["val"]).numpy()
                yield from zip(steps.tolist(), values.tolist())
