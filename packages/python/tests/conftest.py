"""What the tests share. The plugin under test is the installed one."""

from __future__ import annotations

import http.client
import json
import os
from typing import Any, Mapping, Optional

import pytest

pytest_plugins = ["pytester"]

LANDING_ZONE = {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8", "version": "1.0"}
"""A connection spec that needs no auth."""


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the machine that would change which server a test gets."""
    monkeypatch.delenv("FLOWMOCK_URL", raising=False)
    monkeypatch.delenv("FLOWMOCK_CONTROL_TOKEN", raising=False)


def send(
    url: str, path: str, headers: Mapping[str, str], body: Any = None, method: Optional[str] = None
) -> tuple[int, dict[str, str], Any]:
    """The status, headers and JSON of a response."""
    host = url.split("//")[1].split("/")[0]
    base = url.split(host, 1)[1]
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        content = None if body is None else json.dumps(body)
        sent = dict(headers) if body is None else {**headers, "Content-Type": "application/json"}
        connection.request(method or ("GET" if body is None else "POST"), base + path, content, sent)
        response = connection.getresponse()
        text = response.read()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, json.loads(text) if text else None
    finally:
        connection.close()


def lives(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has waited for does not."""
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
