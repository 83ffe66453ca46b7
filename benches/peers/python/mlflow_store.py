"""MLflow on one machine: both of its stores, synchronous as they come."""

import os


def connect(place):
    import mlflow

    files = os.environ["BENCH_STORE"] == "file"
    mlflow.set_tracking_uri((place / "mlruns").as_uri() if files else f"sqlite:///{place / 'mlflow.db'}")
    return mlflow


def run(place, body):
    mlflow = connect(place)
    mlflow.set_experiment("bench")
    with mlflow.start_run():
        body(mlflow.log_metric, mlflow.log_metrics)


def read(place):
    client = connect(place).MlflowClient()
    experiment = client.get_experiment_by_name("bench")
    run = client.search_runs([experiment.experiment_id])[0]
    return [(metric.step, metric.value) for metric in client.get_metric_history(run.info.run_id, "loss")]
