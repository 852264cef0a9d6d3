"""A server as a process of its own that never outlives this one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import weakref
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence, Union

from .errors import StartError

POLL_SECONDS = 0.002
LOG_LINES = 50

# A server stops when its standard input ends, or when the process that started it is gone. Without the second, it would live
# as long as a fork of that process, which has the other end of the pipe too.


class Server:
    """A running flowmock."""

    def __init__(
        self,
        binary: str,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        cwd: Optional[str],
        log_file: Optional[str],
        documents: Sequence[tuple[str, Union[bytes, str]]],
        timeout: float,
    ) -> None:
        """Starts it and returns once it listens. `documents` are flags that name files, each with the content or the path.

        Raises `StartError` with the server's own message if it ends instead, or does not listen within `timeout` seconds.
        """
        folder = Path(tempfile.mkdtemp(prefix="flowmock-"))
        # Not in `folder` if it is the caller's, who keeps it.
        self.log_path = Path(cwd or "", log_file).absolute() if log_file else folder / "log"
        process: Optional[subprocess.Popen[bytes]] = None
        try:
            command = [binary, *arguments, *_write(folder, documents)]
            command += [f"--port-file={folder / 'port'}", "--stop-with-stdin"]
            if os.name != "nt":
                command.append(f"--parent-pid={os.getpid()}")
            if not log_file:
                command.append(f"--log-file={self.log_path}")
            # Files, not pipes: nobody reads while the server runs, and a full pipe would block it.
            with open(folder / "errors", "wb") as errors:
                process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    cwd=cwd,
                    env=dict(environment),
                    bufsize=0,
                    **_own_group(),
                )
            self.started = _await_port_file(folder, process, timeout)
        except BaseException as error:
            if process is not None:
                _end(process, folder, os.getpid())
            else:
                shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, OSError):
                raise StartError(f"{binary} cannot be started: {error}") from error
            raise
        self.process = process
        self.folder = folder
        self.url: str = self.started["url"]
        self._finalizer = weakref.finalize(self, _end, process, folder, os.getpid())

    def stop(self) -> None:
        """Stops it, once. Requests in flight may end before."""
        self._finalizer()

    def log(self) -> str:
        """What it has logged so far, and what it has written to standard error."""
        return "".join(_read(path) for path in (self.folder / "errors", self.log_path))


def _write(folder: Path, documents: Sequence[tuple[str, Union[bytes, str]]]) -> list[str]:
    """Writes documents that have no file yet into the folder; returns the arguments that name all of them, in their order."""
    arguments = []
    for number, (flag, document) in enumerate(documents, 1):
        if isinstance(document, str):
            arguments.append(f"{flag}={document}")
            continue
        kind = "json" if document.lstrip()[:1] in (b"{", b"[") else "yaml"
        path = folder / f"{flag.strip('-')}-{number}.{kind}"
        path.write_bytes(document)
        arguments.append(f"{flag}={path}")
    return arguments


def _own_group() -> dict[str, Any]:
    """Ctrl-C in a terminal interrupts this process alone, which then stops the server."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _await_port_file(folder: Path, process: subprocess.Popen[bytes], timeout: float) -> dict[str, Any]:
    """The object that the server writes once it listens."""
    deadline = time.monotonic() + timeout
    while True:
        ended = process.poll()
        text = _read(folder / "port")
        if text.endswith("\n"):
            started: dict[str, Any] = json.loads(text)
            return started
        if ended is not None:
            reason = _read(folder / "errors").strip() or "it wrote no reason"
            raise StartError(f"flowmock did not start (exit code {ended}):\n{reason}", ended)
        if time.monotonic() > deadline:
            log = _read(folder / "errors") + tail(_read(folder / "log"))
            raise StartError(f"flowmock does not listen after {timeout:g} seconds; start_timeout allows more\n{log}")
        time.sleep(POLL_SECONDS)


def _end(process: subprocess.Popen[bytes], folder: Path, owner: int) -> None:
    """Stops the process, in the process that started it alone: a fork has a copy of the object, not the server."""
    if os.getpid() != owner:
        return
    try:
        if process.stdin is not None:
            process.stdin.close()
        # The server gives requests in flight five seconds.
        for seconds, next_step in ((8.0, process.terminate), (2.0, process.kill)):
            try:
                process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                next_step()
        process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(path: Path) -> str:
    """The text of the file; empty if there is none. On Windows, a file that is being renamed cannot be read."""
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def tail(text: str, lines: int = LOG_LINES) -> str:
    """The last lines of a text, with a note about the others."""
    all_lines = text.splitlines()
    if len(all_lines) <= lines:
        return text
    return "\n".join([f"... {len(all_lines) - lines} lines before", *all_lines[-lines:]])
