"""`python -m flowmock ...` runs the `flowmock` command."""

from __future__ import annotations

import os
import subprocess
import sys

from ._binary import find_binary
from .errors import StartError


def main() -> int:
    try:
        binary = find_binary()
    except StartError as error:
        print(f"flowmock: {error}", file=sys.stderr)
        return 1
    command = [binary, *sys.argv[1:]]
    if os.name == "nt":  # where a replaced process would no longer belong to its console
        return subprocess.call(command)
    os.execv(binary, command)


if __name__ == "__main__":
    sys.exit(main())
