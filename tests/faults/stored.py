"""What MongoDB has of a session, read as STORAGE describes the documents: nothing of ours but the field names."""

import hashlib
import math
from collections import defaultdict

import bson
import png

CHUNK = 2048


class Session:
    """Series, events and the entry in the run's document of one session."""

    def __init__(self, folder, run, key, damaged, problems):
        self.run, self.key, self.entry = run, key, run["sessions"][key]
        self.damaged, self.problems = damaged, problems
        of = {"run": run["_id"], "session": bson.ObjectId(key)}
        # Points only move from the tail to the chunks: read in this order, none is missed.
        frames = list(folder.tail.find(of).sort("k", 1))
        chunks = list(folder.scalars.find(of).sort([("tag", 1), ("seq", 1)]))
        self.frames = len(frames)
        self.series = self.merge(chunks, frames)
        self.events = defaultdict(list)
        self.grown = {}
        for event in folder.events.find(of):
            self.event(event)
        for events in self.events.values():
            events.sort(key=lambda event: event["position"])

    def problem(self, text):
        self.problems.append(f"session {self.key} (pid {self.entry.get('pid')}): {text}")

    def merge(self, chunks, frames):
        """The points of each tag, from ordinal 0 on: (step, value, wall)."""
        points, seen = defaultdict(dict), set()
        for chunk in chunks:
            tag, i0, n = chunk["tag"], chunk["i0"], chunk["n"]
            if (tag, chunk["seq"]) in seen or chunk["seq"] != i0 // CHUNK or i0 % CHUNK and not self.damaged:
                self.problem(f"chunk {tag!r} seq {chunk['seq']} i0 {i0} is twice there or out of place")
            seen.add((tag, chunk["seq"]))
            steps = chunk.get("steps") or [chunk["s0"] + chunk["ds"] * j for j in range(n)]
            t0 = millis(chunk["t0"])
            if not n == len(chunk["values"]) == len(chunk["wall"]) == len(steps):
                self.problem(f"chunk {tag!r} seq {chunk['seq']} says {n} points and has others")
            self.header(chunk, steps)
            for j, point in enumerate(zip(steps, chunk["values"], chunk["wall"])):
                points[tag][i0 + j] = (point[0], point[1], t0 + point[2])
        for frame in frames:
            t0 = millis(frame["t0"])
            for part in frame["p"]:
                if not len(part["steps"]) == len(part["values"]) == len(part["wall"]):
                    self.problem(f"frame {frame['k']} has columns of different lengths for {part['tag']!r}")
                for j, point in enumerate(zip(part["steps"], part["values"], part["wall"])):
                    here, tag, i = (point[0], point[1], t0 + point[2]), part["tag"], part["i"] + j
                    if not same_point(points[tag].setdefault(i, here), here):
                        self.problem(f"point {i} of {tag!r} is {points[tag][i]} and, in frame {frame['k']}, {here}")
        for tag, by_ordinal in points.items():
            if not self.damaged and set(by_ordinal) != set(range(len(by_ordinal))):
                missing = sorted(set(range(max(by_ordinal))) - set(by_ordinal))
                self.problem(f"{tag!r} lacks the ordinals {missing[:5]} ({len(missing)} of them)")
        return {tag: [by_ordinal[i] for i in sorted(by_ordinal)] for tag, by_ordinal in points.items()}

    def header(self, chunk, steps):
        finite = [value for value in chunk["values"] if math.isfinite(value)]
        want = {
            "min": min(finite, default=None), "max": max(finite, default=None), "nan": len(chunk["values"]) - len(finite),
            "s0": steps[0], "s1": steps[-1],
        }
        for key, value in want.items():
            if chunk[key] != value:
                self.problem(f"the header of chunk {chunk['tag']!r} seq {chunk['seq']} says {key}={chunk[key]}, not {value}")

    def event(self, event):
        if event["kind"] == "histogram" and event.get("samples"):
            if event["tag"] in self.grown:
                self.problem(f"two histograms grow for {event['tag']!r}")
            self.grown[event["tag"]] = event
            return
        session, position = event["_id"].split(":")
        if session != self.key:
            self.problem(f"event {event['_id']} is another session's")
        event["position"] = int(position)
        self.events[event["kind"], event["tag"]].append(event)


def millis(date):
    return round(date.timestamp() * 1000)


def same(a, b):
    """The same number: NaN is NaN, and -0.0 is not 0.0."""
    return a == b and math.copysign(1, a) == math.copysign(1, b) or a != a and b != b


def same_point(a, b):
    return a[0] == b[0] and same(a[1], b[1]) and a[2] == b[2]


class Blobs:
    """The images of a folder, each decoded once."""

    decoded = {}

    def __init__(self, folder):
        self.folder = folder
        self.there = {blob["_id"] for blob in folder.blobs.find({}, {"_id": 1}) if isinstance(blob["_id"], bytes)}

    def get(self, sha256):
        """Width, height, channels and bytes; an exception if the blob is missing or not what its name says."""
        if sha256 not in self.there:
            raise ValueError("the blob is missing")
        if sha256 not in self.decoded:
            document = self.folder.blobs.find_one({"_id": sha256})
            data = document.get("data") or b"".join(
                self.folder.blobs.find_one({"_id": {"h": sha256, "part": part}})["data"] for part in range(document["parts"])
            )
            if hashlib.sha256(data).digest() != sha256 or document["n"] != len(data):
                raise ValueError("the blob is not what its hash says")
            self.decoded[sha256] = png.pixels(data)
        return self.decoded[sha256]
