"""The executed tour in a real JupyterLab, a real Notebook 7 and a real browser: this side trains, executes, converts and serves; check.mjs looks.

Run by `cargo xtask test lab`. Pictures go to ML_BOARD_TEST_PICTURES, by default target/lab.
"""

import json
import os
import pathlib
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "kernel"))
from stage import REPOSITORY, Stage  # noqa: E402

JUPYTER = [sys.executable, "-m", "jupyter"]


def execute(stage):
    """The tour, run in a kernel: once for a person who trusts it, once as it comes from somebody else, and as a page."""
    tour = (REPOSITORY / "notebooks/tour.ipynb").read_text()
    here = 'path = \\"..\\"'
    if here not in tour:
        sys.exit("notebooks/tour.ipynb does not take the library from `..`")
    trusted = stage.path / "notebooks/trusted.ipynb"
    trusted.parent.mkdir()
    trusted.write_text(tour.replace(here, f'path = \\"{REPOSITORY}\\"'))
    convert = [*JUPYTER, "nbconvert", "--log-level=WARN", "--ExecutePreprocessor.timeout=900", "--ExecutePreprocessor.startup_timeout=600"]
    stage.run(*convert, "--to", "notebook", "--execute", "--inplace", str(trusted))
    stage.run(*convert, "--to", "html", str(trusted), "--output", "page.html")
    # Trust goes by the outputs' content: a copy that is not trusted has to differ from what is, and from the other app's.
    for app in ("lab", "notebook"):
        other = trusted.with_name(f"untrusted-{app}.ipynb")
        other.write_text(trusted.read_text().replace("<div class=", f'<div data-from=\\"elsewhere-{app}\\" class='))
    stage.run(*JUPYTER, "trust", str(trusted))
    share(stage, convert, trusted.parent)
    return trusted.parent


# A notebook as people keep it in git: the runtime in one cell, and not the first.
SHARED = [
    f':dep ml_board = {{ path = "{REPOSITORY}" }}',
    'use ml_board::{Assets, Board};\nlet board = Board::builder().database("digits").folder("lr_search").assets(Assets::Shared).open()?;',
    'board.table()',
    'board.plot("Loss").legend_by("lr")',
    'board.runtime()',
    'board.histogram("weights")',
]


def share(stage, convert, directory):
    """That notebook, executed and trusted, and a copy in which the cell with the runtime was cleared."""
    cell = lambda source: {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}  # noqa: E731
    kernel = {"name": "rust", "display_name": "Rust", "language": "rust"}
    notebook = {"cells": [cell(source) for source in SHARED], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 4}
    shared = directory / "shared.ipynb"
    shared.write_text(json.dumps(notebook))
    stage.run(*convert, "--to", "notebook", "--execute", "--inplace", str(shared))
    cleared = json.loads(shared.read_text())
    cleared["cells"][4]["outputs"] = []
    directory.joinpath("cleared.ipynb").write_text(json.dumps(cleared))
    for name in ("shared.ipynb", "cleared.ipynb"):
        stage.run(*JUPYTER, "trust", str(directory / name))
    sizes = {name: (directory / name).stat().st_size // 1000 for name in ("trusted.ipynb", "shared.ipynb")}
    outputs = len(json.loads((directory / "trusted.ipynb").read_text())["cells"])
    print(f"trusted.ipynb: {sizes['trusted.ipynb']} kB, {outputs} cells; shared.ipynb: {sizes['shared.ipynb']} kB, 4 outputs with one runtime", flush=True)


def serve(stage, directory):
    """JupyterLab, and with it Notebook 7, on the loopback interface; the process and its address with the token."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={directory}"]
    log = open(stage.path / "lab.log", "w")
    env = dict(stage.env, JUPYTER_TOKEN=token)
    server = subprocess.Popen([*JUPYTER, "lab", "--allow-root", *options], env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/api?token={token}", timeout=5).close()
            return server, address, token
        except (urllib.error.URLError, OSError):
            if server.poll() is not None:
                break
            time.sleep(0.1)
    server.kill()
    sys.exit("JupyterLab did not start:\n" + (stage.path / "lab.log").read_text())


def main():
    pictures = pathlib.Path(os.environ.get("ML_BOARD_TEST_PICTURES", REPOSITORY / "target/lab"))
    pictures.mkdir(parents=True, exist_ok=True)
    # At least the grid's learning rates, and the random search's first runs of plain gradient descent.
    with Stage(runs=30, epochs=4) as stage:
        # A person's own settings, trust and running servers are none of our business.
        for name in ("CONFIG", "DATA", "RUNTIME"):
            stage.env[f"JUPYTER_{name}_DIR"] = str(stage.path / name.lower())
        settings = stage.path / "settings"
        stage.env["JUPYTERLAB_SETTINGS_DIR"] = str(settings)
        directory = execute(stage)
        server, address, token = serve(stage, directory)
        try:
            looks = dict(stage.env, SERVER=address, TOKEN=token, SETTINGS=str(settings), NOTEBOOKS=str(directory))
            looks |= {"PAGE": str(directory / "page.html"), "PICTURES": str(pictures)}
            check = subprocess.run(["node", str(pathlib.Path(__file__).with_name("check.mjs"))], env=looks, stdin=subprocess.DEVNULL)
        finally:
            server.terminate()
            server.wait()
    sys.exit(check.returncode)


if __name__ == "__main__":
    main()
