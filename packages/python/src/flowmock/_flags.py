"""Flags of the command line as arguments of Python."""

from __future__ import annotations

import os
from typing import Mapping, Sequence, TypedDict, Union

from ._types import Document, FlagValue, Path, SeedDocument, Time

Names = Union[str, Sequence[str]]
Paths = Union[Path, Sequence[Path]]


class Flags(TypedDict, total=False):
    """The flags of `flowmock --help` in snake_case. The server itself checks names and values when it starts."""

    seed: Union[SeedDocument, Sequence[SeedDocument]]
    """Not a flag: documents and files to start from, to which a reset returns. Files become `--seed-file`."""

    faults: Union[Document, Sequence[Document]]
    """Not a flag: fault rules to start with, to which a reset returns."""

    # Address and TLS
    listen: str
    tls_cert: Path
    tls_key: Path
    tls_self_signed: Path
    tls_name: Names
    # Content
    fixtures: Path
    faults_file: Path
    strict: bool
    check_references: bool
    inlet_url: str
    seed_file: Paths
    state: Path
    state_sync: str
    state_key: str
    state_reads: str
    replica: str
    deterministic: int
    clock: Time
    run_duration_ms: int
    notification_url: Names
    allow_notification_host: Names
    # Access
    auth: str
    check_token_kinds: bool
    token_lifetime: int
    allow_api_key: Names
    allow_organisation: Names
    allow_sandbox: Names
    default_sandbox: str
    control: Union[bool, str]
    control_token: str
    ui: Union[bool, str]
    cors: bool
    cors_control: bool
    allow_host: Names
    # Limits
    max_body_bytes: int
    max_header_bytes: int
    max_query_bytes: int
    max_connections_per_sandbox: int
    max_open_connections: int
    header_read_timeout_ms: int
    request_timeout_ms: int
    drain_timeout_ms: int
    max_state_bytes: int
    max_pending_bytes: int
    worker_threads: int
    # Journal
    journal_requests: int
    journal_max_bytes: int
    journal_max_body_bytes: int
    inlet_messages: int
    inlet_max_bytes: int
    notification_log: int
    notification_max_bytes: int
    journal_secrets: bool
    # Contract reports
    contract: Union[bool, str]
    contract_rule: Names
    contract_headers: bool
    # Log
    log_level: str
    log_format: str
    log_file: Path


ON_OR_OFF = ("contract", "control", "ui")
"""Flags that take `on` or `off`, for which True and False stand."""


def to_arguments(flags: Mapping[str, FlagValue]) -> list[str]:
    """The arguments of the command for these flags: `token_lifetime=60` is `--token-lifetime=60`."""
    arguments: list[str] = []
    for name, value in flags.items():
        flag = "--" + name.rstrip("_").replace("_", "-")
        if name in ON_OR_OFF and isinstance(value, bool):
            arguments.append(f"{flag}={'on' if value else 'off'}")
        elif value is True:
            arguments.append(flag)
        elif value is not None and value is not False:
            single = isinstance(value, (str, int, float, os.PathLike))
            values = [value] if single else list(value)  # type: ignore[arg-type]
            arguments += [f"{flag}={os.fspath(v) if isinstance(v, os.PathLike) else v}" for v in values]
    return arguments
