"""What groups, smoothing and importance say, once more with NumPy, SciPy, scikit-learn and TensorBoard's own page.

Reads cases as JSON from stdin and writes what they come to; `src/query/peers.rs` holds it against what the library says. `null` is NaN.
"""

import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import warnings
import zipfile

import numpy as np
from scipy import ndimage, signal, stats
from sklearn.ensemble import RandomForestRegressor

WORD = (1 << 64) - 1


def splitmix(seed):
    """Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014."""
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & WORD
        z = seed
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
        yield z ^ (z >> 31)


def draws(n, resamples, seed):
    words = splitmix(seed)
    return np.array([[(next(words) * n) >> 64 for _ in range(n)] for _ in range(resamples)])


def floats(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def curve(points):
    """The finite points by x, the last logged one of each."""
    x, y = floats(points["x"]), floats(points["y"])
    last = {at: value for at, value in zip(x, y) if np.isfinite(at) and np.isfinite(value)}
    x = np.array(sorted(last))
    return x, np.array([last[at] for at in x])


CENTRES = {
    "mean": lambda values, axis=0: np.mean(values, axis=axis),
    "median": lambda values, axis=0: np.median(values, axis=axis),
    "iqm": lambda values, axis=0: stats.trim_mean(values, 0.25, axis=axis),
}


def group(case):
    curves = [curve(points) for points in case["curves"]]
    places = np.unique(np.concatenate([x for x, _ in curves]))
    at = [np.interp(places, x, y, left=np.nan, right=np.nan) for x, y in curves if len(x)]
    rows = []
    for i, place in enumerate(places):
        values = np.array([y[i] for y in at])
        values = values[np.isfinite(values)]
        n = len(values)
        row = {"x": place, "n": n, "min": values.min(), "max": values.max()}
        row["std"] = np.std(values, ddof=1) if n > 1 else 0.0
        row["sem"] = stats.sem(values) if n > 1 else 0.0
        row["low"], row["high"] = np.quantile(values, case["quantiles"])
        outside = (1 - case["level"]) / 2
        resampled = np.sort(values)[draws(n, case["resamples"], case["seed"])]
        for name, centre in CENTRES.items():
            row[name] = centre(values)
            row[name + "_low"], row[name + "_high"] = np.quantile(centre(resampled, axis=1), [outside, 1 - outside])
        rows.append(row)
    return rows


def interval(case):
    """SciPy's own bootstrap, whose random numbers are others."""
    values = floats(case["values"])
    found = stats.bootstrap((values,), np.mean, n_resamples=20_000, confidence_level=case["level"], method="percentile", random_state=1)
    return [found.confidence_interval.low, found.confidence_interval.high, stats.sem(values)]


def average(case):
    """The moving average as a recursive filter, over the finite values, divided by the filter's answer to ones."""
    y = floats(case["y"])
    fine = np.isfinite(y)
    smooth = y.copy()
    if not np.all(y == y[0]):
        w = case["weight"]
        one = lambda values: signal.lfilter([1 - w], [1, -w], values)
        smooth[fine] = one(y[fine]) / one(np.ones(fine.sum()))
    return smooth


def tensorboard(cases):
    """Its page's own function, cut out of the wheel and run by Node."""
    page = pathlib.Path(importlib.util.find_spec("tensorboard").origin).with_name("webfiles.zip")
    script = zipfile.ZipFile(page).read("index.js").decode()
    method = re.search(r"resmoothDataset\(\w\)\{.*?\}\)\}(?=\w+\(\w*\)\{)", script, re.DOTALL).group()
    run = """
    const page = { %s, yValueAccessor: point => point.y };
    const cases = JSON.parse(require("fs").readFileSync(0));
    console.log(JSON.stringify(cases.map(({ y, weight }) => {
      const points = y.map(y => ({ y: y ?? NaN }));
      page.smoothingWeight = weight;
      page.resmoothDataset({ data: () => points });
      return points.map(point => point.smoothed);
    })));""" % method
    answer = subprocess.run(["node", "--eval", run], input=json.dumps(cases), capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def importance(case):
    """Breiman's measure over scikit-learn's forest: what the prediction of unseen runs loses when a column is shuffled, in shares of the variance."""
    columns, result = np.array(case["columns"]).T, np.array(case["result"])
    forest = RandomForestRegressor(n_estimators=300, max_features=1.0, random_state=1).fit(columns, result)
    unseen = np.ones((len(forest.estimators_), len(result)), dtype=bool)
    for tree, drawn in enumerate(forest.estimators_samples_):
        unseen[tree, drawn] = False

    def error(columns):
        predicted = np.array([tree.predict(columns) for tree in forest.estimators_])
        return np.mean((np.average(predicted, axis=0, weights=unseen) - result) ** 2)

    random, plain = np.random.default_rng(1), error(columns)
    lost = []
    for i in range(columns.shape[1]):
        shuffled = columns.copy()
        trials = []
        for _ in range(10):
            shuffled[:, i] = random.permutation(columns[:, i])
            trials.append(error(shuffled) - plain)
        lost.append(np.mean(trials) / np.var(result))
    correlation = [stats.spearmanr(column, result).statistic for column in columns.T]
    return {"explained": float(1 - plain / np.var(result)), "lost": [float(each) for each in lost], "correlation": [float(each) for each in correlation]}


def gaussian(case):
    """On whole steps it is SciPy's filter, divided by the filter's answer to ones: what is missing counts nothing."""
    y = floats(case["y"])
    fine = np.isfinite(y)
    blur = lambda values: ndimage.gaussian_filter1d(values, case["sigma"], mode="constant", truncate=8.0)
    smooth = y.copy()
    smooth[fine] = (blur(np.where(fine, y, 0.0)) / blur(fine.astype(float)))[fine]
    return smooth


def plain(values):
    return [None if not np.isfinite(value) else float(value) for value in values]


def main():
    warnings.simplefilter("error")
    cases = json.load(sys.stdin)
    answer = {
        "groups": [[{key: float(value) for key, value in row.items()} for row in group(case)] for case in cases["groups"]],
        "intervals": [[float(end) for end in interval(case)] for case in cases["intervals"]],
        "averages": [plain(average(case)) for case in cases["smooth"]],
        "tensorboard": tensorboard(cases["smooth"]),
        "importance": [importance(case) for case in cases["importance"]],
        "gaussians": [plain(gaussian(case)) for case in cases["smooth"]],
    }
    json.dump(answer, sys.stdout)


main()
