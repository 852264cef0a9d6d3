"""Seeds: what a caller may give, as bytes that the server reads."""

from __future__ import annotations

import json
import os
import textwrap
from pathlib import Path
from typing import Any, Mapping, Optional, Sequence, Union

from ._control import YAML
from ._types import SeedDocument

JSON = "application/json"
SUFFIXES = (".json", ".yaml", ".yml")


def is_path(seed: SeedDocument) -> bool:
    """Whether it names a file or a folder: a path object, or text of one line that does not begin with a brace."""
    return isinstance(seed, os.PathLike) or (isinstance(seed, str) and "\n" not in seed and not seed.lstrip().startswith("{"))


def all_of(seeds: Union[SeedDocument, Sequence[SeedDocument], None]) -> list[SeedDocument]:
    """The seeds of one or many."""
    if seeds is None:
        return []
    return [seeds] if isinstance(seeds, (Mapping, str, os.PathLike)) else list(seeds)


def with_files_of_folders(seeds: Sequence[SeedDocument]) -> list[SeedDocument]:
    """The seeds, with the documents in a folder in its place, in the order of their names, as the server reads them."""
    found: list[SeedDocument] = []
    for seed in seeds:
        if is_path(seed) and Path(seed).is_dir():  # type: ignore[arg-type]
            files = sorted(Path(seed).iterdir())  # type: ignore[arg-type]
            found += [file for file in files if file.suffix in SUFFIXES and not file.name.startswith(".")]
        else:
            found.append(seed)
    return found


def content(seed: SeedDocument) -> tuple[bytes, str]:
    """The document and its media type. A path is read."""
    if isinstance(seed, Mapping):
        return json.dumps(seed).encode(), JSON
    if is_path(seed):
        path = Path(seed)
        return path.read_bytes(), JSON if path.suffix == ".json" else YAML
    text = str(seed)
    return text.encode(), JSON if text.lstrip().startswith("{") else YAML


def content_of(seed: SeedDocument, org: str, sandbox: str) -> tuple[bytes, str]:
    """The document of one organisation.

    A seed without the key `organisations` is the content of the organisation, if it has `sandboxes`, or of the sandbox.
    An organisation in the seed that has no `imsOrgId` gets this one.
    """
    body, media_type = content(seed)
    if media_type == JSON:
        document = json.loads(body)
        return json.dumps(_of(document, org, sandbox)).encode(), JSON
    return _yaml_of(body.decode("utf-8-sig"), org, sandbox).encode(), YAML


def _of(document: Union[Mapping[str, Any], Any], org: str, sandbox: str) -> Any:
    if not isinstance(document, Mapping):
        return document  # the server says what is wrong with it
    if "organisations" in document:
        given = document["organisations"]
        organisations = [{"imsOrgId": org, **one} if isinstance(one, Mapping) else one for one in given]
        for one in organisations:
            _check(one["imsOrgId"] if isinstance(one, Mapping) else org, org)
        return {**document, "organisations": organisations}
    _check(document.get("imsOrgId", org), org)
    if "sandboxes" in document:
        return {"organisations": [{"imsOrgId": org, **document}]}
    return {"organisations": [{"imsOrgId": org, "sandboxes": [{"name": sandbox, **document}]}]}


def _yaml_of(text: str, org: str, sandbox: str) -> str:
    """YAML is nested by its indentation, without being parsed."""
    lines = textwrap.dedent(text).strip("\n").splitlines()
    # The marks around a document would stand inside another one.
    if lines and lines[0].rstrip() == "---":
        del lines[0]
    if lines and lines[-1].rstrip() == "...":
        del lines[-1]
    text = "\n".join([*lines, ""])
    keys = [line.split(":", 1)[0].strip("'\" ") for line in text.splitlines() if line[:1] not in ("", " ", "#", "-")]
    if "organisations" in keys or "clients" in keys:
        raise ValueError(
            "this seed in YAML names organisations, and only those of a dict or of JSON can be checked; begin with "
            f"`sandboxes:` or with the content of a sandbox, which then belongs to {org}, or seed the server"
        )
    head = f"organisations:\n- imsOrgId: {json.dumps(org)}\n"
    if "sandboxes" in keys:
        return head + textwrap.indent(text, "  ")
    return f"{head}  sandboxes:\n  - name: {json.dumps(sandbox)}\n{textwrap.indent(text, '    ')}"


def _check(named: Optional[object], org: str) -> None:
    if named != org:
        raise ValueError(
            f"this seed names the organisation {named}, but it is for {org}; leave imsOrgId out, or seed the server"
        )
