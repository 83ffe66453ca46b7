"""The library in a real evcxr kernel: every cell that DESIGN and README promise, in one session, and how mistakes read.

Run by `cargo xtask test kernel`, which names the engine, the training program and a MongoDB in the environment.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import time

import pymongo

from kernel import Kernel
from stage import REPOSITORY, Checks, Stage

HOSTILE = "</script><img src=x onerror=alert(1)> \"'`\nEVCXR_END_CONTENT\n$x$ 🦀 \u202eשלום"
RUNS = 6
DATABASE = f"digits_{secrets.token_hex(4)}"  # on a server that others use too

checks = Checks()
check = checks.check
timings = []


def timed(name, cell):
    timings.append((name, cell.seconds))
    return cell


def quiet(name, cell):
    """A cell that came through: no panic, no failed `?`, no compile error."""
    return check(f"{name}: comes through", not cell.trouble, cell.trouble or cell.stdout)


def shown(name, cell, *words):
    """A cell that shows a picture which scripts and text-only readers both get, on one line of HTML."""
    timed(name, cell)
    if not quiet(name, cell):
        return
    check(f"{name}: one result with HTML and text", cell.results == 1 and cell.html and cell.plain, cell)
    check(f"{name}: one line", "\n" not in cell.html.strip("\n"), cell.html)
    for word in words:
        check(f"{name}: the text says {word!r}", word in cell.plain, cell.plain)


def contract(kernel):
    """The cells of the interface as they are written there, each by itself, after one that awaited."""
    timed("empty cell", kernel.run("let nothing = ();"))
    quiet("await", kernel.run("std::future::ready(()).await"))
    timed("empty cell after .await", kernel.run("let nothing = ();"))
    shown("board", kernel.run("board"), "lr")
    shown("plot", kernel.run('board.plot("Loss").legend_by("lr")'), "Loss", "0.001")
    shown("plot again", kernel.run('board.plot("Loss").legend_by("lr").smooth(0.6).log_y()'), "Loss")
    shown("plot against time", kernel.run('board.plot("Loss").x(X::Relative)'))
    shown("mean and band", kernel.run('board.plot("Loss").group_by("lr").band(Band::StdDev)'), "0.001")
    shown("scatter", kernel.run('board.scatter("lr", "max(Accuracy)")'), "max(Accuracy)")
    shown("parallel coordinates", kernel.run("board.params()"), "lr")
    shown("another folder", kernel.run('board.folder("lr_search")?.table()'), "lr")
    shown("plot against a metric", kernel.run('board.plot("Accuracy").x(X::metric("epoch"))'))
    shown("filter", kernel.run('board.filter("lr < 0.01 and max(Accuracy) > 0.1")?'), "lr")
    shown("typed filter", kernel.run('board.filter(param("lr").lt(0.01) & metric("Accuracy").max().gt(0.1))?'), "lr")
    table = 'board.table().columns(["lr", "max(Accuracy)"]).sort_by("max(Accuracy)").descending()'
    shown("table", kernel.run(table), "max(Accuracy)")
    shown("images", kernel.run('board.images("filters").legend_by("lr")'), "filters")
    shown("images that nobody logged", kernel.run('board.images("Segmentation")'), "Segmentation")
    shown("histogram", kernel.run('board.histogram("weights")'), "weights")
    shown("thoughts", kernel.run("board.thoughts()"), "validation digits")
    shown("a row", kernel.run('row![board.plot("Loss"), board.plot("Accuracy")]'), "Loss", "Accuracy")
    shown("a stack", kernel.run('stack![board.table(), row![board.plot("Loss"), board.thoughts()]]'), "Loss")

    runs = timed("runs", kernel.run('println!("{}", board.runs()?.len());'))
    check("runs: all", quiet("runs", runs) and runs.stdout.strip() == str(RUNS), runs.stdout)
    points = kernel.run('println!("{}", board.series("Loss")?.iter().map(|s| s.len()).sum::<usize>());')
    check("series: every step", quiet("series", points) and points.stdout.strip() == str(RUNS * 2 * 45), points.stdout)
    folders = kernel.run('println!("{:?}", board.folders()?);')
    check("folders", quiet("folders", folders) and "lr_search" in folders.stdout, folders.stdout)
    kept = kernel.run('let plot = board.plot("Loss");')
    quiet("a view in a variable", kept)
    shown("a view in a variable", kernel.run("plot"))
    shown("a view in a variable, again", kernel.run('plot.legend_by("width")'))
    saved = kernel.run('plot.save_html("saved.html")?; plot.save_svg("saved.svg")?;')
    quiet("save_html, save_svg", saved)


def corrections(kernel):
    """A wrong parameter put right, looked at before, undone after; a run that does not count."""
    quiet("edit", kernel.run('let edit = board.filter("lr == 0.001")?.edit().set_param("lr", 0.002).because("a slip");'))
    shown("preview of an edit", kernel.run("edit.preview()?"), "would change", "0.001", "0.002")
    quiet("apply", kernel.run("let applied = edit.apply()?;"))
    shown("corrected", kernel.run('board.plot("Loss").legend_by("lr")'), "0.002")
    edits = kernel.run('for edit in board.edits()? { println!("{edit}"); }')
    check("edits: what and why", quiet("edits", edits) and "set lr = 0.002" in edits.stdout and "a slip" in edits.stdout, edits.stdout)
    quiet("undo", kernel.run("applied.undo()?;"))
    shown("as it was", kernel.run('board.plot("Loss").legend_by("lr")'), "0.001")
    quiet("mark_invalid", kernel.run('let marked = board.filter("lr == 0.001")?.edit().mark_invalid("wrong data").apply()?;'))
    shown("without invalid runs", kernel.run("board.table()"), "invalid run")
    quiet("valid again", kernel.run("marked.undo()?;"))


def mistakes(kernel, stage):
    """What a person reads who mistypes, or whose server is away."""

    def told(name, source, *words):
        cell = timed(name, kernel.run(source))
        text = cell.stderr
        check(f"{name}: is told on stderr, once", text and not cell.error and "panicked" not in text, cell)
        for word in words:
            check(f"{name}: says {word!r}", word in text, text)
        check(f"{name}: no password", "s3cret" not in text + cell.stdout + cell.html, text)
        print("      " + text.strip().replace("\n", "\n      "))

    told("unknown parameter", 'board.filter("lrr < 1")?', "lrr", "^^^", "did you mean `lr`")
    told("half a filter", 'board.filter("lr <")?', "^")
    told("unknown folder", f'let other = Board::open("{DATABASE}", "lr_serch")?;', "lr_serch", "lr_search")
    away = f'Board::builder().uri("mongodb://ada:s3cret@127.0.0.1:9").database("{DATABASE}").folder("lr_search").open()?'
    told("MongoDB away", f"let away = {away};", "127.0.0.1:9")
    shown("unknown legend", kernel.run('board.plot("Loss").legend_by("lrr")'), "lrr", "did you mean `lr`")
    shown("unknown metric", kernel.run('board.plot("Los")'), "Los", "Loss")
    shown("after all that", kernel.run('board.plot("Loss")'))


def on_mongodb(kernel, stage, uri):
    """The same runs, moved to MongoDB: what is corrected by hand there shows, and nothing written there breaks an output."""
    here = kernel.run('board.plot("Loss").legend_by("lr")')
    stage.engine("sync", "--to", uri)
    database = pymongo.MongoClient(uri)[DATABASE]
    runs = database["lr_search"]
    check("sync: all runs are in MongoDB", runs.count_documents({}) == RUNS, runs.count_documents({}))
    opened = kernel.run(f'let there = Board::builder().uri("{uri}").database("{DATABASE}").folder("lr_search").open()?;')
    quiet("open MongoDB", opened)
    there = kernel.run('there.plot("Loss").legend_by("lr")')
    shown("plot from MongoDB", there)
    check("plot from MongoDB: says the same", there.plain == here.plain, f"{there.plain}\n---\n{here.plain}")

    runs.update_one({"params.lr": 0.003}, {"$set": {"params.lr": 0.00303}})
    shown("lr corrected by hand", kernel.run('there.plot("Loss").legend_by("lr")'), "0.00303")

    runs.update_many({}, {"$set": {"name": HOSTILE, "params.note": HOSTILE, f"params.{HOSTILE.replace('.', '')}": 1}})
    database["lr_search.events"].update_many({}, {"$set": {"text": HOSTILE}})
    for view in ("there", 'there.plot("Loss").legend_by("note")', "there.table()", "there.thoughts()",
                 'there.images("filters").legend_by("note")', 'there.histogram("weights").legend_by("note")'):
        cell = kernel.run(view)
        shown(f"hostile names: {view}", cell)
        check(f"hostile names: {view}: nothing gets out", "onerror=alert(1)>" not in cell.html, cell.html[:2000])


def while_it_trains(kernel, stage, uri):
    """A cell's page goes on with the trainer, in a browser, while the kernel computes something else."""
    html = stage.path / "cell.html"
    html.write_text("<!doctype html><meta charset=utf-8><body>" + kernel.run('there.plot("Loss")').html)
    train = [os.environ["ML_BOARD_TEST_DIGITS"], "--runs=1", "--epochs=100000", "--threads=1", f"--database={DATABASE}"]
    look = ["node", str(REPOSITORY / "tests/live/browser.mjs"), html.as_uri()]
    with (
        subprocess.Popen(train, env=dict(stage.env, ML_BOARD_URI=uri), stdout=subprocess.DEVNULL) as trainer,
        subprocess.Popen(look, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as browser,
    ):
        lines = (json.loads(line) for line in browser.stdout)
        check("live: the page says so", any(said.get("state") == "live" for said in lines))
        begun = time.time() * 1e3
        busy = kernel.run("std::thread::sleep(std::time::Duration::from_secs(8));")
        ended = time.time() * 1e3
        trainer.terminate()
        browser.stdin.close()
        quiet("a cell that takes its time", busy)
        seen = [said["at"] for said in lines if "seen" in said and begun < said["at"] < ended]
        gaps = [later - at for at, later in zip([begun, *seen], [*seen, ended])]
        check("live: no more than two seconds pass without newer points while the kernel computes", seen and max(gaps) < 2000, gaps)


def main():
    uri = os.environ["ML_BOARD_TEST_URI"]
    with Stage(runs=RUNS, epochs=2, database=DATABASE) as stage, Kernel(stage.path, stage.env) as kernel:
        dep = timed("first cell (:dep)", kernel.run(f':dep ml_board = {{ path = "{REPOSITORY}" }}\nuse ml_board::*;'))
        if not quiet(":dep", dep):
            checks.finish()
        quiet("open", timed("Board::open", kernel.run(f'let board = Board::open("{DATABASE}", "lr_search")?;')))
        shown("first plot", kernel.run('board.plot("Loss").legend_by("lr")'), "Loss")
        contract(kernel)
        corrections(kernel)
        mistakes(kernel, stage)
        on_mongodb(kernel, stage, uri)
        while_it_trains(kernel, stage, uri)
        pymongo.MongoClient(uri).drop_database(DATABASE)
    untracked = stage.run("git", "-C", str(REPOSITORY), "status", "--porcelain", "--untracked-files=all")
    check("no new file in the repository", not re.search(r"^\?\? .*(\.html|\.svg|\.sqlite|journal)", untracked, re.M), untracked)
    print("\nseconds a cell")
    for name, seconds in timings:
        print(f"{seconds:8.2f}  {name}")
    checks.finish()


if __name__ == "__main__":
    sys.exit(main())
