"""Types that several modules share."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any, Mapping, Sequence, Union

Json = Any
"""A value that `json.dumps` takes."""

Document = Mapping[str, Any]
"""A JSON object."""

Path = Union[str, "os.PathLike[str]"]

SeedDocument = Union[Document, str, "os.PathLike[str]"]
"""A seed: a document, the text of one (JSON or YAML, of more than one line or in braces), or the path of a file or folder."""

Time = Union[datetime, str, int]
"""A time: a `datetime` with its time zone, text such as 2026-01-01T00:00:00Z, or milliseconds since 1970."""

FlagValue = Union[None, bool, int, float, str, "os.PathLike[str]", Sequence[Union[int, float, str, "os.PathLike[str]"]]]
"""The value of a flag. True stands for the flag alone, False and None for no flag; a sequence repeats the flag."""


def camel_case(name: str) -> str:
    """`error_code` is `errorCode`. A trailing underscore, which avoids a keyword of Python, is dropped."""
    first, *others = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in others)


def wire(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are given, under their names in JSON."""
    return {camel_case(name): value for name, value in members.items() if value is not None}
