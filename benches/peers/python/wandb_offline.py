"""W&B offline. Its file is read as `wandb sync` reads it: LevelDB's log format, with W&B's own protobuf classes."""

import json
import struct

BLOCK = 32 << 10


def run(place, body):
    import wandb

    run = wandb.init(project="bench", mode="offline", dir=str(place))
    body(lambda tag, value, step: run.log({tag: value}, step=step), lambda values, step: run.log(values, step=step))
    run.finish()


def records(data):
    """The whole records of a log; a record that was cut off is none."""
    at, record = 7, b""  # after `:W&B` and the version
    while at + 7 <= len(data):
        if BLOCK - at % BLOCK < 7:
            at += BLOCK - at % BLOCK
            continue
        _checksum, length, kind = struct.unpack_from("<IHB", data, at)
        part = data[at + 7 : at + 7 + length]
        if kind == 0 or len(part) < length:
            return
        record += part
        at += 7 + length
        if kind in (1, 4):  # full, last
            yield record
            record = b""


def read(place):
    from wandb.proto.wandb_internal_pb2 import Record

    for path in place.glob("wandb/offline-run-*/run-*.wandb"):
        for data in records(path.read_bytes()):
            record = Record.FromString(data)
            if record.WhichOneof("record_type") == "history":
                items = {item.key or ".".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}
                if "loss" in items:
                    yield int(items["_step"]), items["loss"]
