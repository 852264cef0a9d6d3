"""Fault rules: requests that fail on purpose."""

from __future__ import annotations

from types import TracebackType
from typing import Any, List, Mapping, Optional, Sequence, Union
from urllib.parse import quote

from ._control import Control
from ._types import Document, Json, wire
from .errors import RefusedError

PATH = "/_flowmock/faults"


class Fault:
    """A fault rule of the server. As a context manager it is in force inside the `with` alone."""

    def __init__(self, faults: Faults, document: Mapping[str, Any]) -> None:
        self._faults = faults
        self.id: str = document["id"]
        self.document = dict(document)
        """The rule as the server showed it when this object was made."""

    @property
    def matched(self) -> int:
        """How many requests it has matched so far."""
        return int(self._faults.get(self.id).document["matched"])

    @property
    def fired(self) -> int:
        """How often it has taken effect so far."""
        return int(self._faults.get(self.id).document["fired"])

    def remove(self) -> None:
        """Removes the rule."""
        self._faults.remove(self.id)

    def __enter__(self) -> Fault:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        try:
            self.remove()
        except RefusedError as refused:
            if refused.status != 404:  # a reset has removed it
                raise

    def __repr__(self) -> str:
        return f"Fault({self.document!r})"


class Faults:
    """The fault rules of a server, or of one organisation or sandbox."""

    def __init__(self, control: Control, scope: Mapping[str, str]) -> None:
        self._control = control
        self._scope = scope

    def add(self, rules: Union[Document, Sequence[Document]]) -> List[Fault]:
        """Appends a rule, or several, in the form of docs/faults.md."""
        return self._sent("POST", rules if isinstance(rules, Mapping) else list(rules))

    def replace(self, rules: Union[Document, Sequence[Document]]) -> List[Fault]:
        """Puts these rules in the place of all others."""
        return self._sent("PUT", rules if isinstance(rules, Mapping) else list(rules))

    def list(self) -> List[Fault]:
        """The rules, in their order."""
        return self._read(self._control.json("GET", PATH, self._scope))

    def get(self, id: str) -> Fault:
        """One rule."""
        return Fault(self, self._control.json("GET", f"{PATH}/{quote(id, safe='')}"))

    def remove(self, id: str) -> None:
        """Removes one rule."""
        self._control.send("DELETE", f"{PATH}/{quote(id, safe='')}")

    def clear(self) -> None:
        """Removes all rules."""
        self._control.send("DELETE", PATH, self._scope)

    def fail(self, operation: Optional[str] = None, *, code: str, effect: Optional[str] = None, **rule: Any) -> Fault:
        """Answers with an error of the catalogue: `fail("createConnection", code="FLOW-1103-503", times=3)`.

        The other arguments, here and in the methods below, are `times`, `after`, `probability`, `id`, and what requests
        must match: `method`, `path`, `sandbox`, `headers`, `query`, `body`.
        """
        return self._one(operation, {"error": code, "effect": effect}, rule)

    def respond(
        self,
        operation: Optional[str] = None,
        *,
        status: int,
        body: Json = None,
        headers: Optional[Mapping[str, Any]] = None,
        effect: Optional[str] = None,
        **rule: Any,
    ) -> Fault:
        """Answers with this status, these headers and this body."""
        return self._one(operation, {"status": status, "body": body, "headers": headers, "effect": effect}, rule)

    def delay(self, operation: Optional[str] = None, *, ms: Union[int, Document], **rule: Any) -> Fault:
        """Delays responses, by a number of milliseconds or a distribution: `{"uniform": {"min": 100, "max": 500}}`."""
        return self._one(operation, {"delayMs": ms}, rule)

    def rate_limit(
        self, operation: Optional[str] = None, *, per_second: float, per: Optional[str] = None, **rule: Any
    ) -> Fault:
        """Refuses requests above the limit with 429. `per` is organisation (the default), sandbox or apiKey."""
        return self._one(operation, {"rateLimit": wire({"per_second": per_second, "per": per})}, rule)

    def reset(
        self,
        operation: Optional[str] = None,
        *,
        after_bytes: Optional[int] = None,
        effect: Optional[str] = None,
        **rule: Any,
    ) -> Fault:
        """Resets the connection, before the response or after some bytes of its body."""
        action = True if after_bytes is None else {"afterBytes": after_bytes}
        return self._one(operation, {"reset": action, "effect": effect}, rule)

    def lose_response(self, operation: Optional[str] = None, **rule: Any) -> Fault:
        """Lets the request take effect and resets the connection instead of answering."""
        return self.reset(operation, effect="before", **rule)

    def truncate(self, operation: Optional[str] = None, *, after_bytes: Optional[int] = None, **rule: Any) -> Fault:
        """Closes the connection after half of the body, or after some bytes of it."""
        return self._one(operation, {"truncate": True if after_bytes is None else {"afterBytes": after_bytes}}, rule)

    def malformed_json(self, operation: Optional[str] = None, **rule: Any) -> Fault:
        """Drops the last character of the body."""
        return self._one(operation, {"malformedJson": True}, rule)

    def drip(self, operation: Optional[str] = None, *, bytes_per_second: int, **rule: Any) -> Fault:
        """Sends the body slowly."""
        return self._one(operation, {"drip": {"bytesPerSecond": bytes_per_second}}, rule)

    def initializing(self, operation: Optional[str] = "createConnection", *, ms: int, **rule: Any) -> Fault:
        """Lets connections be `initializing` for this time before they are `enabled`."""
        return self._one(operation, {"initializingForMs": ms}, rule)

    def _one(self, operation: Optional[str], action: Mapping[str, Any], rule: Mapping[str, Any]) -> Fault:
        of_rule = {name: rule[name] for name in ("id", "after", "times", "probability") if name in rule}
        match = {name: value for name, value in rule.items() if name not in of_rule}
        if "org" in match:
            match["ims_org_id"] = match.pop("org")
        document = wire({"match": wire({"operation": operation, **match}), **of_rule, "action": wire(action)})
        return self.add(document)[0]

    def _sent(self, method: str, rules: Json) -> List[Fault]:
        return self._read(self._control.json(method, PATH, self._scope, rules))

    def _read(self, answer: Any) -> List[Fault]:
        return [Fault(self, document) for document in answer["faults"]]
