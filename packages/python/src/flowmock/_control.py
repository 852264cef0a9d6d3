"""flowmock's own calls over HTTP."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from typing import Any, Callable, Mapping, Optional
from urllib.parse import quote, urlencode

from ._types import Json
from .errors import RefusedError, ServerGoneError

YAML = "application/yaml"
TIMEOUT_SECONDS = 60.0


class Control:
    """Makes flowmock's own calls to one server. Each call has a connection of its own, so threads may share this object."""

    def __init__(self, url: str, token: Optional[str], ca: Optional[str], obituary: Callable[[], str]) -> None:
        """`obituary` says what became of the server, once it no longer answers."""
        self.url = url.rstrip("/")
        self._token = token
        self._obituary = obituary
        # No proxy: the server is on this machine or beside it, whatever the environment says.
        handlers: list[urllib.request.BaseHandler] = [urllib.request.ProxyHandler({})]
        if url.startswith("https:"):
            handlers.append(urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=ca)))
        self._opener = urllib.request.build_opener(*handlers)

    def json(self, method: str, path: str, query: Optional[Mapping[str, Any]] = None, document: Optional[Json] = None) -> Any:
        """The JSON that the call returns; None for an empty response. `document` is sent as JSON."""
        body = None if document is None else json.dumps(document).encode()
        answer = self.send(method, path, query, body)[1]
        return json.loads(answer) if answer else None

    def send(
        self,
        method: str,
        path: str,
        query: Optional[Mapping[str, Any]] = None,
        body: Optional[bytes] = None,
        content_type: str = "application/json",
        request_id: Optional[str] = None,
    ) -> tuple[int, bytes]:
        """The status and the body of the response. A status of 400 and more raises `RefusedError`."""
        target = self.url + path
        given = {name: value for name, value in (query or {}).items() if value is not None}
        if given:
            target += "?" + urlencode(given, quote_via=quote)
        request = urllib.request.Request(target, data=body, method=method)
        if body is not None:
            request.add_header("Content-Type", content_type)
        if request_id is not None:
            request.add_header("x-request-id", request_id)
        if self._token is not None:
            request.add_header("x-flowmock-control-token", self._token)
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                answer = error.read()
            raise _refusal(f"{method} {path}", error.code, answer) from None
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise ServerGoneError(f"{method} {target} has no answer: {reason}. {self._obituary()}") from error


def _refusal(call: str, status: int, body: bytes) -> RefusedError:
    """The error for a refusal: a list of problems, or any other body as it is."""
    text = body.decode("utf-8", "replace").strip()
    problems = []
    try:
        for problem in json.loads(text)["errors"]:
            problems.append((str(problem["path"]), str(problem["reason"])))
    except (ValueError, KeyError, TypeError):
        pass
    lines = [f"{path}: {reason}" if path else reason for path, reason in problems] or [text[:2000]]
    if status == 404 and not problems and call.split("/")[1:2] == ["_flowmock"]:
        lines.append("Is this a flowmock, and are its own calls on (no --control off)?")
    return RefusedError("\n  ".join([f"{call} was refused with {status}:", *lines]), status, problems)
