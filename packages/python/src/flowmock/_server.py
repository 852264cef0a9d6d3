"""`FlowMock`: a server that this process starts, or one that runs elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path as FilePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union
from warnings import warn

from ._binary import find_binary
from ._clock import time_value
from ._contract import PATH as CONTRACT
from ._control import Control
from ._flags import Flags, to_arguments
from ._process import Server, tail
from ._scope import Organisation, Scope
from ._seed import all_of, content, is_path, with_files_of_folders
from ._types import Path, SeedDocument
from .errors import FlowMockError, ServerGoneError

if TYPE_CHECKING:
    from typing_extensions import Unpack

START_TIMEOUT_SECONDS = 20.0
LOG_SECONDS = 0.3
DEATH_SECONDS = 0.5
# Variables that are about finding a server: the server that is started warns about those it does not know.
NOT_FOR_THE_SERVER = ("FLOWMOCK_BINARY", "FLOWMOCK_URL", "FLOWMOCK_PORT_FILE", "FLOWMOCK_PARENT_PID", "FLOWMOCK_LISTEN")
NOT_ARGUMENTS = ("seed", "faults", "control_token")
# Flags that this package has to know, however they are given.
KNOWN = ("listen", "log_file", "tls_self_signed", "tls_cert", "control_token")


def _split(arguments: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """The known flags among command-line arguments, and the other arguments."""
    known: dict[str, str] = {}
    others: list[str] = []
    left = list(arguments)
    while left:
        argument = left.pop(0)
        flag, has_value, value = argument.partition("=")
        name = flag[2:].replace("-", "_")
        if flag.startswith("--") and name in KNOWN and (has_value or left):
            known[name] = value if has_value else left.pop(0)
        else:
            others.append(argument)
    return known, others


class FlowMock(Scope):
    """A flowmock server, as a context manager or with `start()` and `stop()`.

        with FlowMock(strict=True, deterministic=7) as mock:
            client = Client(mock.base_url)

    The keyword arguments are the flags of the command line in snake_case; positional ones are passed on as they are. The server
    listens on a free port of 127.0.0.1 and is ready when `start()` returns. It never outlives this process. If FLOWMOCK_URL
    is set, the server that runs there is used instead, and is never stopped.

    Its methods may be called from several threads.
    """

    def __init__(
        self,
        *arguments: str,
        binary: Optional[Path] = None,
        url: Optional[str] = None,
        cwd: Optional[Path] = None,
        start_timeout: float = START_TIMEOUT_SECONDS,
        ignore_url: bool = False,
        **flags: Unpack[Flags],
    ) -> None:
        """
        binary: the program to start, before FLOWMOCK_BINARY, the packaged one and the one on PATH.
        url: the server to use instead of starting one, before FLOWMOCK_URL.
        cwd: the folder that relative paths in flags start from.
        start_timeout: how many seconds to wait until the server listens, or answers at its URL.
        ignore_url: start a server even if FLOWMOCK_URL is set.
        """
        known, self._arguments = _split(arguments)
        self._binary = None if binary is None else os.fspath(binary)
        self._given_url = url or (None if ignore_url else os.environ.get("FLOWMOCK_URL") or None)
        self._cwd = None if cwd is None else os.fspath(cwd)
        self._start_timeout = start_timeout
        self._flags: dict[str, Any] = {**known, **flags}
        self._lock = threading.RLock()
        self._server: Optional[Server] = None
        self._controls: Optional[Control] = None

    def start(self) -> FlowMock:
        """Starts the server and returns once it listens; does nothing if it runs. Raises `StartError` with its reason."""
        with self._lock:
            if self._controls is None:
                url = self._given_url or self._start_server()
                self._controls = Control(url, self._control_token(), self._ca(), self._obituary)
                try:
                    if self._given_url:
                        self._use_server()
                except BaseException:
                    self._controls = None
                    raise
        return self

    def stop(self) -> None:
        """Stops the server, if this object started it; requests in flight may end before."""
        with self._lock:
            server, self._server, self._controls = self._server, None, None
        if server is not None:
            server.stop()

    def __enter__(self) -> FlowMock:
        return self.start()

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        """Stops the server. If the block failed, the end of the log goes to standard error."""
        if kind is not None and issubclass(kind, Exception):
            log = self.log()
            if log.strip():
                print(f"\nflowmock's log, {self._where()}:\n{tail(log)}", file=sys.stderr)
        self.stop()

    def organisation(self, org: Optional[str] = None, sandbox: Optional[str] = None) -> Organisation:
        """One organisation, or one sandbox of it: the same methods, which leave everything else alone. Without a name it is a
        new one."""
        return Organisation(self, org or f"{uuid.uuid4().hex[:24].upper()}@AdobeOrg", sandbox)

    def log(self) -> str:
        """What the server has logged so far; empty for a server that this object did not start."""
        server, control = self._server, self._controls
        if server is None:
            return ""
        if control is not None:
            _await_line(server, control)
        return server.log()

    @property
    def log_path(self) -> Optional[FilePath]:
        """The file of the log. It is deleted when the server stops, unless the flag `log_file` named it."""
        return None if self._server is None else self._server.log_path

    @property
    def pid(self) -> Optional[int]:
        """The process id of the server; None if this object did not start it."""
        return None if self._server is None else self._server.process.pid

    @property
    def is_own(self) -> bool:
        """Whether this object starts the server, rather than using one that runs elsewhere."""
        return self._given_url is None

    def info(self) -> Mapping[str, Any]:
        """The version of the server, when it started, and its configuration."""
        info: Mapping[str, Any] = self._control().json("GET", "/_flowmock/info")
        return info

    def set_state(self, state: SeedDocument) -> None:
        """Replaces the whole state by that of a document, such as one that `state()` returned."""
        body, media_type = content(state)
        self._control().send("PUT", "/_flowmock/state", None, body, media_type)

    def reset_contract(self, consumer: Optional[str] = None) -> None:
        """Empties the contract report, or the part about one consumer."""
        self._control().send("DELETE", CONTRACT, {"consumer": consumer})

    def _control(self) -> Control:
        controls = self._controls
        if controls is None:
            raise FlowMockError("the server is not running; call start(), or use it as a context manager")
        return controls

    def _start_server(self) -> str:
        """Starts the server; returns its URL."""
        flags = {name: value for name, value in self._flags.items() if name not in NOT_ARGUMENTS}
        if "clock" in flags:
            flags["clock"] = time_value(flags["clock"])
        documents: list[tuple[str, Union[bytes, str]]] = [
            ("--seed-file", os.fspath(seed) if is_path(seed) else content(seed)[0])  # type: ignore[arg-type]
            for seed in all_of(self._flags.get("seed"))
        ]
        if "faults" in self._flags:
            documents.append(("--faults-file", json.dumps(_rules(self._flags["faults"])).encode()))
        environment = {name: value for name, value in os.environ.items() if name not in NOT_FOR_THE_SERVER}
        if self._flags.get("control_token"):  # everybody on the machine can see a command line
            environment["FLOWMOCK_CONTROL_TOKEN"] = self._flags["control_token"]
        log_file = self._flags.get("log_file")
        self._server = Server(
            find_binary(self._binary),
            [*to_arguments({"listen": "127.0.0.1:0", **flags}), *self._arguments],
            environment,
            self._cwd,
            None if log_file is None else os.fspath(log_file),
            documents,
            self._start_timeout,
        )
        return self._server.url

    def _use_server(self) -> None:
        """Waits until the server at the given URL answers, which may be starting beside the tests. Adds seeds and faults."""
        without_effect = [name for name in self._flags if name not in ("seed", "faults", "control_token")] + self._arguments
        if without_effect:
            names = ", ".join(without_effect)
            warn(f"the server at {self._given_url} runs already, so these flags have no effect: {names}", stacklevel=4)
        deadline = time.monotonic() + self._start_timeout
        while True:
            try:
                self._control().send("GET", "/_flowmock/health")
                break
            except ServerGoneError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        for seed in with_files_of_folders(all_of(self._flags.get("seed"))):
            self.seed(seed)
        if "faults" in self._flags:
            self.faults.add(_rules(self._flags["faults"]))

    def _control_token(self) -> Optional[str]:
        return self._flags.get("control_token") or os.environ.get("FLOWMOCK_CONTROL_TOKEN") or None

    def _ca(self) -> Optional[str]:
        folder = self._flags.get("tls_self_signed") or os.environ.get("FLOWMOCK_TLS_SELF_SIGNED") or None
        if folder is not None:
            return os.path.join(self._cwd or "", os.fspath(folder), "flowmock-ca.pem")
        certificate = self._flags.get("tls_cert") or os.environ.get("FLOWMOCK_TLS_CERT") or None
        return None if certificate is None else os.path.join(self._cwd or "", os.fspath(certificate))

    def _log_so_far(self) -> str:
        return "" if self._server is None else self._server.log()

    def _obituary(self) -> str:
        server = self._server
        if self._given_url:
            return "FLOWMOCK_URL or `url` names this server; is it running there?"
        if server is None:
            return "The server was stopped."
        try:
            ended = server.process.wait(DEATH_SECONDS)  # its connections close before it is gone
        except subprocess.TimeoutExpired:
            return "The server is running."
        return f"The server has ended with exit code {ended}. Its log:\n{tail(server.log())}"

    def _where(self) -> str:
        return "" if self._controls is None else self._controls.url

    def __repr__(self) -> str:
        return f"<FlowMock {self._where() or 'stopped'}>"


def _rules(faults: Any) -> Any:
    """Fault rules as the server takes them: one, or a list."""
    return dict(faults) if isinstance(faults, Mapping) else list(faults)


def _await_line(server: Server, control: Control) -> None:
    """Waits until the log has everything up to now. The server writes it in the background; a call of our own marks the end.
    With a log level above info there is no such line."""
    mark = uuid.uuid4().hex
    try:
        control.send("GET", "/_flowmock/clock", request_id=mark)
    except FlowMockError:
        return
    deadline = time.monotonic() + LOG_SECONDS
    while mark not in server.log()[-2000:] and time.monotonic() < deadline:
        time.sleep(0.002)
