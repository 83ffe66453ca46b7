"""tensorboardX, read by TensorBoard's own reader."""


def run(place, body):
    from tensorboardX import SummaryWriter

    writer = SummaryWriter(str(place / "log"))
    body(writer.add_scalar)
    writer.close()


def read(place):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(place / "log"), size_guidance={"scalars": 0})
    events.Reload()
    return [(event.step, event.value) for event in events.Scalars("loss")] if "loss" in events.Tags()["scalars"] else []
