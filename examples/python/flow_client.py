"""A small client of the Flow Service, as an application might have one."""

from __future__ import annotations

import time
from typing import Any, Iterator, Mapping, Optional
from urllib.parse import urljoin

import requests

TIMEOUT_SECONDS = 10


class Conflict(Exception):
    """Somebody else changed the connection again and again."""


class FlowClient:
    """Creates, lists and renames connections."""

    def __init__(self, base_url: str, headers: Mapping[str, str], tries: int = 4, pause: float = 0.2) -> None:
        self._base_url = base_url
        self._session = requests.Session()
        self._session.headers.update(headers)
        self._tries = tries
        self._pause = pause

    def create(self, name: str, spec_id: str, auth: Optional[Mapping[str, Any]] = None) -> str:
        """Creates a connection and returns its id."""
        body = {"name": name, "connectionSpec": {"id": spec_id, "version": "1.0"}}
        if auth is not None:
            body["auth"] = dict(auth)
        created: dict[str, str] = self._send("POST", "/connections", json=body).json()
        return created["id"]

    def connections(self, page: int = 50) -> Iterator[dict[str, Any]]:
        """All connections, page by page, newest first."""
        path: Optional[str] = f"/connections?limit={page}"
        while path:
            answer = self._send("GET", path).json()
            yield from answer["items"]
            path = answer.get("_links", {}).get("next", {}).get("href")

    def rename(self, id: str, name: str) -> None:
        """Renames a connection. If somebody else changes it meanwhile, it is read again."""
        for _ in range(self._tries):
            connection = self._send("GET", f"/connections/{id}").json()["items"][0]
            change = [{"op": "replace", "path": "/name", "value": name}]
            answer = self._send("PATCH", f"/connections/{id}", json=change, headers={"If-Match": connection["etag"]}, ok=(412,))
            if answer.status_code != 412:
                return
        raise Conflict(id)

    def _send(
        self,
        method: str,
        path: str,
        json: Optional[Any] = None,
        headers: Optional[Mapping[str, str]] = None,
        ok: tuple[int, ...] = (),
    ) -> requests.Response:
        """Sends a request. One that the service could not take at the moment is sent again after a growing pause."""
        url = self._base_url + path if path.startswith("/connections") else urljoin(self._base_url, path)
        for attempt in range(self._tries):
            answer = self._session.request(method, url, json=json, headers=headers, timeout=TIMEOUT_SECONDS)
            if answer.status_code not in (429, 503) or attempt == self._tries - 1:
                break
            time.sleep(float(answer.headers.get("Retry-After", self._pause * 2**attempt)))
        if answer.status_code not in ok:
            answer.raise_for_status()
        return answer
