"""What the notebook tests share: a home of their own with real runs in it, and checks that are counted."""

import os
import pathlib
import subprocess
import sys
import tempfile

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


class Stage:
    """A temporary ML_BOARD_HOME with a few runs of the digits in its local store, if any; `env` is what programs in it see."""

    def __init__(self, runs=0, epochs=0, database="digits"):
        self.directory = tempfile.TemporaryDirectory(prefix="ml_board-")
        self.path = pathlib.Path(self.directory.name)
        self.env = dict(os.environ, ML_BOARD_HOME=str(self.path / "home"), ML_BOARD_URI="local:")
        if runs:
            self.run(os.environ["ML_BOARD_TEST_DIGITS"], "--runs", str(runs), "--epochs", str(epochs), "--database", database)

    def run(self, *command, **more):
        """Runs a program on the stage; what it printed. One that fails ends the test."""
        done = subprocess.run(command, env=self.env, text=True, capture_output=True, stdin=subprocess.DEVNULL, **more)
        if done.returncode != 0:
            sys.exit(f"{command} ended with {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def engine(self, *arguments):
        """Runs the command `ml_board`."""
        return self.run(os.environ["ML_BOARD_ENGINE"], *arguments)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.directory.cleanup()


class Checks:
    """Named checks, printed as they are made and counted at the end."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, holds, seen=""):
        """One check; `seen` is shown if it does not hold."""
        if holds:
            self.passed += 1
            print(f"ok    {name}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL  {name}\n{str(seen)[:3000]}", flush=True)
        return bool(holds)

    def finish(self):
        """The summary, as the process's last line and exit code."""
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped", flush=True)
        sys.exit(self.failed > 0)
