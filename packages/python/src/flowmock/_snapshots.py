"""Snapshots: states that the server remembers."""

from __future__ import annotations

import hashlib
import re
from typing import Any, List, Mapping
from urllib.parse import quote

from ._control import Control

PATH = "/_flowmock/snapshots"


class Snapshots:
    """The snapshots of a server, or of one organisation or sandbox, whose names are its own."""

    def __init__(self, control: Control, scope: Mapping[str, str]) -> None:
        self._control = control
        self._scope = scope
        # All snapshots of a server share one space of names.
        named = "/".join(scope.values())
        self._prefix = re.sub("[^A-Za-z0-9]", "-", named)[:40] + "." if named else ""
        if named:
            self._prefix = hashlib.sha256(named.encode()).hexdigest()[:12] + "." + self._prefix

    def save(self, name: str) -> None:
        """Saves the state under a name of letters, digits, dots, hyphens and underscores; replaces an older one."""
        self._control.send("PUT", self._path(name), self._scope)

    def restore(self, name: str) -> None:
        """Returns to a saved state."""
        self._control.send("POST", self._path(name) + "/restore")

    def delete(self, name: str) -> None:
        """Forgets a saved state."""
        self._control.send("DELETE", self._path(name))

    def list(self) -> List[str]:
        """The names."""
        answer: Any = self._control.json("GET", PATH)
        names = [str(snapshot["name"]) for snapshot in answer["snapshots"]]
        return [name[len(self._prefix) :] for name in names if name.startswith(self._prefix)]

    def _path(self, name: str) -> str:
        return f"{PATH}/{quote(self._prefix + name, safe='')}"
