"""The journal: the requests that the server received."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any, Mapping, Optional


class Headers(Mapping[str, str]):
    """Headers by name, in any letter case. Values of a repeated header are joined by a comma."""

    def __init__(self, pairs: Any) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            name = name.lower()
            self._values[name] = f"{self._values[name]}, {value}" if name in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._values

    def __iter__(self) -> Any:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


class Request:
    """A request that the server received, and its response. Credentials are redacted."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = dict(document)
        """The record as GET /_flowmock/requests shows it."""
        self.id: int = document["id"]
        self.request_id: str = document["requestId"]
        self.operation: Optional[str] = document.get("operation")
        self.org: Optional[str] = document.get("imsOrgId")
        self.sandbox: Optional[str] = document.get("sandbox")
        self.api_key: Optional[str] = document.get("apiKey")
        self.method: str = document["method"]
        self.path: str = document["path"]
        self.query: str = document.get("query", "")
        self.headers = Headers(document["headers"])
        self.body: Any = _content(document.get("body"))
        """The JSON, or the text of a form; None if there was no body or it is not shown."""
        self.outcome: str = document["outcome"]
        """`answered`, `reset` or `clientGone`; the last two have no status."""
        self.status: Optional[int] = document.get("status")
        self.error_code: Optional[str] = document.get("errorCode")
        self.response_headers = Headers(document.get("responseHeaders", ()))
        self.response_body: Any = _content(document.get("responseBody"))

    @property
    def time(self) -> datetime:
        """When it arrived, by the server's clock."""
        text: str = self.document["time"]
        whole, _, fraction = text.rstrip("Z").partition(".")
        time = datetime.strptime(whole, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
        return time + timedelta(seconds=float(f"0.{fraction or 0}"))

    def __str__(self) -> str:
        """One line, and for a request that failed what the response says about it."""
        query = f"?{self.query}" if self.query else ""
        line = f"{self.method} {self.path}{query} -> {self.status or self.outcome}"
        if self.error_code:
            line += f" {self.error_code}"
        if (self.status or 500) < 400:
            return line
        details = {"sent": _short(self.body), "received": _short(self.response_body)}
        for name in ("x-flowmock-reason", "x-flowmock-pointer", "x-flowmock-fault"):
            details[name] = self.response_headers.get(name, "")
        return "\n".join([line, *(f"    {name}: {text}" for name, text in details.items() if text)])

    def __repr__(self) -> str:
        return f"<Request {self.id}: {self.method} {self.path} -> {self.status or self.outcome}>"


def _content(body: Optional[Mapping[str, Any]]) -> Any:
    return None if body is None else body.get("json", body.get("text"))


def _short(body: Any, limit: int = 400) -> str:
    if body is None:
        return ""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return text if len(text) <= limit else text[:limit] + " ..."
