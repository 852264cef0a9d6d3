"""Verification: whether the expected requests arrived."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Union

from ._types import Document, wire


class Verification:
    """The result of a verification. It is true if the requests arrived as expected."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = dict(document)
        self.passed: bool = document["passed"]
        self.count: int = document.get("count", 0)
        """The number of requests that match."""
        self.request_ids: list[str] = list(document.get("requests", ()))
        """The `x-request-id` of each of them."""
        self.message: str = document.get("message", "")
        """The nearest requests and how they differ, if it failed."""

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return f"Verification({self.document!r})"


def expectation(members: Mapping[str, Any], times: Union[int, Document, None], scope: Mapping[str, str]) -> dict[str, Any]:
    """An expectation of requests, limited to an organisation or sandbox."""
    made = wire(members)
    if "org" in made:
        made["imsOrgId"] = made.pop("org")
    if times is not None:
        made["times"] = {"exactly": times} if isinstance(times, int) else times
    return in_scope(made, scope)


def in_scope(document: Document, scope: Mapping[str, str]) -> dict[str, Any]:
    """An expectation that names the organisation and sandbox; so does each part of an order."""
    if "inOrder" in document:
        return {**document, "inOrder": [in_scope(one, scope) for one in document["inOrder"]]}
    for name, value in scope.items():
        if document.get(name, value) != value:
            raise ValueError(f"the expectation has {name} {document[name]}, but only requests of {value} are verified here")
    return {**document, **scope}


def one_or_many(given: Optional[Any]) -> Optional[Document]:
    """A document; a list stands for expectations in order."""
    return given if given is None or isinstance(given, Mapping) else {"inOrder": list(given)}
