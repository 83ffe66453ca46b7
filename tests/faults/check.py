"""Compares what MongoDB has with what the calls of the trainers had taken.

The campaign starts it once. A question is a line of JSON on stdin, the answer a line on stdout. It reads with pymongo: another client
than the one that wrote.

A question: {"uri", "database", "folder", "since", "sessions": [{"pid", "run", "seed", "rank", "threads", "least": [calls], "most": [calls],
"rejected": [[thread, call]], "status": [words], "how": text, "apart": bool, "damaged": bool}]}. Every call before `least` must be there, exactly once and
in order; none from `most` on may. A journal that was damaged on the disk may lack some, and nothing may be false.
The answer: {"problems": [text], "points", "images", "histograms", "thoughts", "params", "lost", "torn"}, where `lost` counts the calls
that lack, and `torn` the sessions that have a call after one that lacks.
"""

import json
import math
import sys
import time
from collections import Counter, defaultdict

import pymongo
from plan import calls, moments, pixels
from stored import Blobs, Session, millis, same

clients = {}


def client(uri):
    if uri not in clients:
        clients[uri] = pymongo.MongoClient(uri, tz_aware=True, serverSelectionTimeoutMS=60_000, readConcernLevel="majority")
    return clients[uri]


class Check:
    """One question."""

    def __init__(self, question):
        self.question, self.problems, self.counts = question, [], Counter()
        self.folder = client(question["uri"])[question["database"]][question["folder"]]

    def answer(self):
        self.blobs = Blobs(self.folder)
        runs = list(self.folder.find())
        stored = {run["sessions"][key]["pid"]: (run, key) for run in runs for key in run["sessions"]}
        asked = {session["pid"]: session for session in self.question["sessions"]}
        if len(stored) != sum(len(run["sessions"]) for run in runs):
            self.problems.append(f"a process has several sessions: {[list(run['sessions']) for run in runs]}")
        for pid in stored.keys() - asked.keys():
            self.problems.append(f"MongoDB has a session of process {pid}, which never said that it began one")
        params = {run["_id"]: {} for run in runs}
        lately = {run["_id"]: {} for run in runs}
        for session in self.question["sessions"]:
            if session["pid"] in stored:
                run, key = stored[session["pid"]]
                Compare(self, Session(self.folder, run, key, session["damaged"], self.problems), session, params[run["_id"]], lately[run["_id"]])
            elif sum(session["least"]) > 0:
                self.problems.append(f"MongoDB has no session of process {session['pid']}, of which {sum(session['least'])} calls returned")
        for run in runs:
            self.run(run, params[run["_id"]])
        self.orphans(runs)
        return {"problems": self.problems[:20], "lost": 0, **self.counts}

    def run(self, run, params):
        """What the run's document says of all its sessions."""
        entries = run["sessions"].values()
        for tag, summary in run["metrics"].items():
            of = [entry["metrics"][tag] for entry in entries if tag in entry["metrics"]]
            counts = [(one["n"], one["nan"]) for one in of]
            if (summary["n"], summary["nan"]) not in told(counts, tag.endswith("/acc")):
                self.problems.append(f"run {run['_id']}: the summary of {tag!r} counts {summary['n']}, its sessions {counts}")
        if run["thoughts"] != sum(entry["thoughts"] for entry in entries):
            self.problems.append(f"run {run['_id']}: it counts {run['thoughts']} thoughts")
        damaged = any(session["damaged"] for session in self.question["sessions"])
        for name, values in params.items():
            key = name.replace("%", "%25").replace(".", "%2E")
            have = run["params"].get(key)
            if have is None and (None in values or damaged):
                continue
            if have not in values and not (damaged and isinstance(have, int)):
                self.problems.append(f"run {run['_id']}: parameter {name} is {have}, not one of {values}")
        for key in run["params"]:
            if key.replace("%2E", ".").replace("%25", "%") not in params:
                self.problems.append(f"run {run['_id']}: nobody logged the parameter {key!r}")
        self.counts["params"] += len(run["params"])

    def orphans(self, runs):
        """Documents of runs and sessions that are not there."""
        known = {(run["_id"], key) for run in runs for key in run["sessions"]}
        for name in ("scalars", "tail", "events"):
            group = {"$group": {"_id": {"run": "$run", "session": "$session"}}}
            for found in self.folder[name].aggregate([group]):
                if (found["_id"]["run"], str(found["_id"]["session"])) not in known:
                    self.problems.append(f"{name} has documents of {found['_id']}, which no run knows")


def told(counts, again):
    """What a run may count of a metric: all its sessions, but for those whose steps a later one logged again."""
    *earlier, last = [count for count in counts if count[0] > 0] or [(0, 0)]
    sums = {last}
    for n, nan in earlier:
        sums = {(a + n, b + nan) for a, b in sums} | (sums if again else set())
    return sums


class Compare:
    """One session of a question."""

    def __init__(self, check, stored, asked, params, lately):
        self.check, self.stored, self.asked, self.params = check, stored, asked, params
        self.want, self.in_flight = defaultdict(list), defaultdict(list)
        self.last_kept, self.first_lost = -1, math.inf
        self.plan()
        self.entry()
        self.steps(lately)
        self.scalars()
        self.events()
        self.grown()
        check.counts["torn"] += self.first_lost < self.last_kept
        check.counts["points"] += sum(map(len, stored.series.values()))

    def problem(self, text):
        self.stored.problem(text)

    def plan(self):
        """What must be there, and what may, by kind and tag."""
        rejected = {tuple(pair) for pair in self.asked["rejected"]}
        for thread, (least, most) in enumerate(zip(self.asked["least"], self.asked["most"])):
            for i, (kind, tag, content, step) in enumerate(calls(self.asked["seed"], thread, 0, most)):
                if (thread, i) in rejected:
                    continue
                key = (kind, f"{tag}#{thread}" if tag in ("shared", "thought") else tag)
                if kind == "param":
                    values = self.params.setdefault(tag, [None])
                    if i < least:
                        values.clear()
                    values.append(content)
                (self.want if i < least else self.in_flight)[key].append((content, step, i))

    def entry(self):
        """What the run's document says of the session."""
        entry, asked = self.stored.entry, self.asked
        if asked["run"] and str(self.stored.run["_id"]) != asked["run"]:
            self.problem(f"it is in run {self.stored.run['_id']}, not in {asked['run']}")
        if asked["status"] and entry["status"] not in asked["status"]:
            self.problem(f"its status is {entry['status']}, not {asked['status']}")
        if asked.get("how", "") not in (entry["how"] or ""):
            self.problem(f"how it ended is {entry['how']!r}, without {asked['how']!r}")
        if entry["rank"] != asked["rank"]:
            self.problem(f"its rank is {entry['rank']}, not {asked['rank']}")
        ended = entry["status"] != "running"
        if ended != (entry["ended"] is not None) or (ended and self.stored.frames):
            self.problem(f"it is {entry['status']}, ended at {entry['ended']}, and has {self.stored.frames} frames")
        thoughts = sum(len(events) for (kind, _), events in self.stored.events.items() if kind == "text")
        if entry["thoughts"] != thoughts:
            self.problem(f"it counts {entry['thoughts']} thoughts and has {thoughts}")
        for tag in entry["metrics"].keys() | {tag.replace("%", "%25").replace(".", "%2E") for tag in self.stored.series}:
            self.summary(tag, entry["metrics"].get(tag, {"n": 0}))

    def summary(self, key, summary):
        values = [value for _, value, _ in self.stored.series.get(key.replace("%2E", ".").replace("%25", "%"), [])]
        finite = [value for value in values if math.isfinite(value)]
        want = {"n": len(values), "nan": len(values) - len(finite), "min": min(finite, default=None), "max": max(finite, default=None)}
        for word, value in want.items():
            if summary.get(word) != value and not self.asked["damaged"]:
                self.problem(f"its summary of {key!r} says {word}={summary.get(word)}, not {value}")

    def match(self, key, have, equal):
        """The planned call of each item that is stored, in order; a problem where they differ."""
        want, more = self.want.pop(key, []), self.in_flight.pop(key, [])
        planned, matched, at = want + more, [], 0
        for item in have:
            if self.asked["damaged"]:
                # Some may be lost, so the next that is equal is meant.
                while at < len(planned) and not equal(item, planned[at]):
                    at += 1
            if at >= len(planned) or not equal(item, planned[at]):
                what = planned[at] if at < len(planned) else "no more"
                self.problem(f"{key}: item {len(matched)} of {len(have)} is {short(item)}, and {short(what)} was logged")
                return
            matched.append(planned[at])
            at += 1
        self.lack(key, want, matched)

    def lack(self, key, want, matched):
        kept = {i for _, _, i in matched}
        lost = [planned for planned in want if planned[2] not in kept]
        self.check.counts["lost"] += len(lost)
        self.last_kept = max(self.last_kept, max(kept, default=-1))
        if lost:
            self.first_lost = min(self.first_lost, lost[0][2])
            if not self.asked["damaged"]:
                self.problem(f"{key}: {len(want)} calls had returned, {len(lost)} lack; the first is {short(lost[0])}")

    def wall(self, tag, times, ordered=True):
        if times and not (self.check.question["since"] - 2 < min(times) / 1000 and max(times) / 1000 < time.time() + 2):
            self.problem(f"{tag!r} has times from {min(times)} to {max(times)}")
        if ordered and any(a > b for a, b in zip(times, times[1:])):
            self.problem(f"the times of {tag!r} go back")

    def steps(self, lately):
        """Where no step is named they count on, from the session before or from 0."""
        series = {("scalar", tag): [step for step, _, _ in points] for tag, points in self.stored.series.items()}
        series |= {key: [e["step"] for e in events] for key, events in self.stored.events.items() if key[0] != "text"}
        for key, steps in series.items():
            if key[1].endswith("/acc") or not steps:
                continue
            # Each rank counts for itself.
            whose = (self.asked["rank"], *key)
            first = lately.get(whose, 0)
            shared, gaps = key[1] == "shared", self.asked["damaged"] or self.asked["rejected"]
            counted = sorted(steps) if shared else steps
            # A call of a thread that died may have taken a step of a tag that others share.
            room = len(self.asked["least"]) if shared else 0
            if gaps:
                fine = all(a < b for a, b in zip(counted, counted[1:]))
            elif shared:
                fine = len(set(steps)) == len(steps) and counted[0] >= first and counted[-1] < first + len(steps) + room
            else:
                fine = counted == list(range(first, first + len(steps)))
            if not fine and not (self.asked.get("apart") and counted == list(range(counted[0], counted[0] + len(steps)))):
                self.problem(f"the steps of {key} are {short(steps)}, and should count on from {first}")
            lately[whose] = max(first, max(steps) + 1)

    def scalars(self):
        series = dict(self.stored.series)
        shared = series.pop("shared", [])
        for thread in range(len(self.asked["least"])):
            mine = [point for point in shared if int(point[1]) >> 40 == thread]
            self.match(("scalar", f"shared#{thread}"), mine, lambda point, planned: same(point[1], planned[0]))
            shared = [point for point in shared if int(point[1]) >> 40 != thread]
        if shared:
            self.problem(f"'shared' has points that nobody logged: {short(shared)}")
        for tag, points in series.items():
            self.match(("scalar", tag), points, lambda point, planned: same(point[1], planned[0]) and planned[1] in (None, point[0]))
            self.wall(tag, [wall for _, _, wall in points])
        for key in [key for key in self.want if key[0] == "scalar"]:
            self.lack(key, self.want.pop(key), [])

    def events(self):
        events = dict(self.stored.events)
        texts = events.pop(("text", "thought"), [])
        for thread in range(len(self.asked["least"])):
            mine = [event for event in texts if event["text"].startswith(f"thread {thread} ")]
            self.match(("text", f"thought#{thread}"), mine, lambda event, planned: event["text"] == planned[0])
            self.wall("thought", [millis(event["t"]) for event in mine])
            self.check.counts["thoughts"] += len(mine)
            texts = [event for event in texts if not event["text"].startswith(f"thread {thread} ")]
        if texts:
            self.problem(f"thoughts that nobody had: {short(texts[0])}")
        for (kind, tag), found in events.items():
            self.match((kind, tag), found, {"image": self.is_image, "histogram": self.is_histogram}[kind])
            self.wall(tag, [millis(event["t"]) for event in found])
            self.check.counts[kind + "s"] += len(found)
        for key in [key for key in self.want if key[0] in ("text", "image", "histogram")]:
            self.lack(key, self.want.pop(key), [])

    def is_image(self, event, planned):
        w, h, channels, _ = planned[0]
        if (event["w"], event["h"], event["mime"], event["nan"]) != (w, h, "image/png", 0):
            return False
        try:
            return self.check.blobs.get(event["blob"]) == (w, h, channels, drawn(planned[0]))
        except ValueError as trouble:
            self.problem(f"image {event['_id']}: {trouble}")
            return False

    def is_histogram(self, event, planned):
        n, least, most, total = moments(*planned[0])
        have = (event["n"], event["min"], event["max"], event["sum"], event["nan"], sum(event["counts"]))
        return have == (n, least, most, total, 0, n) and len(event["edges"]) == len(event["counts"]) + 1

    def grown(self):
        """The histograms of single numbers: how many they have decides which."""
        for tag, event in self.stored.grown.items():
            want, more = self.want.pop(("single", tag), []), self.in_flight.pop(("single", tag), [])
            total = event["total"]
            values = [content for content, _, _ in (want + more)[:total]]
            have = (event["n"], event["min"], event["max"], event["sum"], sum(event["counts"]))
            if self.asked["damaged"]:
                fine = total <= len(want) + len(more) and sum(event["counts"]) == event["n"]
            else:
                fine = 0 < total and len(want) <= total <= len(want) + len(more)
                fine = fine and have == (total, min(values), max(values), sum(values), total)
            if not fine:
                self.problem(f"the growing histogram {tag!r} has {have}, and {len(want)} numbers were logged")
        for key in [key for key in self.want if key[0] == "single"]:
            self.lack(key, self.want.pop(key), [])


drawings = {}


def drawn(content):
    if content not in drawings:
        drawings[content] = pixels(*content)
    return drawings[content]


def short(what):
    text = repr(what)
    return text if len(text) < 200 else f"{text[:150]} … {text[-40:]}"


def main():
    for line in sys.stdin:
        question = json.loads(line)
        if "forget" in question:
            client(question["uri"]).drop_database(question["forget"])
            answer = {}
        else:
            answer = Check(question).answer()
        print(json.dumps(answer), flush=True)


main()
