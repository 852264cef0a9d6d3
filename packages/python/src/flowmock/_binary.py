"""Finds the `flowmock` binary: FLOWMOCK_BINARY, else the one in this wheel, else the one on PATH."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
from pathlib import Path
from typing import Iterator, Optional

from .errors import StartError

NAME = "flowmock.exe" if os.name == "nt" else "flowmock"


def find_binary(wanted: Optional[str] = None) -> str:
    """The path of the binary to start. `wanted` comes before everything else.

    Raises `StartError` if there is none, or none where it should be.
    """
    chosen = wanted or os.environ.get("FLOWMOCK_BINARY")
    if chosen:
        source = "binary" if wanted else "FLOWMOCK_BINARY"
        found = shutil.which(os.path.expanduser(chosen))
        if found is None:
            raise StartError(f"{source} is {chosen}, which is no program; name the file of the flowmock binary")
        return os.path.abspath(found)
    for folder in _script_folders():
        path = folder / NAME
        if path.is_file():
            return str(path)
    found = shutil.which("flowmock")
    if found is None:
        raise StartError(
            "there is no flowmock binary: this installation came without one, and none is on PATH. Install a wheel for "
            "this platform, name a binary in FLOWMOCK_BINARY, or a running server in FLOWMOCK_URL"
        )
    return found


def _script_folders() -> Iterator[Path]:
    """Where installers put the binary of the wheel: of this environment, of the user, or beside `pip install --target`."""
    yield Path(sysconfig.get_path("scripts"))
    user = "nt_user" if os.name == "nt" else "posix_user"
    if sys.platform == "darwin" and sysconfig.get_config_var("PYTHONFRAMEWORK"):
        user = "osx_framework_user"
    yield Path(sysconfig.get_path("scripts", scheme=user))
    site = Path(__file__).resolve().parent.parent
    yield site / "bin"
    yield site / "Scripts"
