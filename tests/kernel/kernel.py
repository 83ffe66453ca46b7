"""A real evcxr kernel, one cell at a time."""

import queue
import time
from dataclasses import dataclass, field

from jupyter_client.manager import start_new_kernel

# Seconds without a message after which a cell has said all.
QUIET = 0.4


@dataclass
class Cell:
    """What a cell came to."""

    source: str
    seconds: float = 0.0
    data: dict = field(default_factory=dict)
    stdout: str = ""
    stderr: str = ""
    error: str = ""
    results: int = 0

    @property
    def html(self):
        return self.data.get("text/html", "")

    @property
    def plain(self):
        return self.data.get("text/plain", "")

    @property
    def trouble(self):
        """What a person would see as trouble: a panic, a failed `?`, a compile error."""
        return self.stderr + self.error


class Kernel:
    """A kernel with `env`, started in `directory`; it ends with the `with`."""

    def __init__(self, directory, env):
        self.manager, self.client = start_new_kernel(kernel_name="rust", cwd=str(directory), env=env, startup_timeout=600)

    def run(self, source, timeout=900):
        """Runs a cell to its end, and takes what it prints until it is quiet: the kernel may send stderr after its last word."""
        cell = Cell(source)
        begun = time.monotonic()
        request = self.client.execute(source, allow_stdin=False, stop_on_error=False)
        ended = False
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=QUIET if ended else timeout)
            except queue.Empty:
                if ended:
                    return cell
                raise TimeoutError(source) from None
            if message["parent_header"].get("msg_id") != request:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "status" if content["execution_state"] == "idle":
                    cell.seconds = time.monotonic() - begun
                    ended = True
                case "stream" if content["name"] == "stdout":
                    cell.stdout += content["text"]
                case "stream":
                    cell.stderr += content["text"]
                case "execute_result" | "display_data":
                    cell.results += 1
                    cell.data.update(content["data"])
                case "error":
                    cell.error += "\n".join(content["traceback"]) or content["evalue"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
