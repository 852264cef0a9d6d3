"""The exceptions of this package."""

from __future__ import annotations

from typing import Optional, Sequence


class FlowMockError(Exception):
    """The base of all errors of this package, except failed assertions."""


class StartError(FlowMockError):
    """The server did not start. The text has its reason: a misspelt flag, a seed file that it refuses, a missing binary."""

    def __init__(self, message: str, exit_code: Optional[int] = None) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        """The server's exit code: 1 if it could not start, 2 for wrong usage; None if it did not end by itself."""


class ServerGoneError(FlowMockError):
    """The server does not answer: it is stopped, it crashed, or its address is wrong."""


class RefusedError(FlowMockError):
    """The server refused one of flowmock's own calls. The text has every problem with its place and remedy."""

    def __init__(self, message: str, status: int, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(message)
        self.status = status
        self.problems = list(problems)
        """For each problem its JSON pointer into the document that was sent, and the reason."""


class VerificationError(AssertionError):
    """The expected requests did not arrive. The text shows the nearest ones and how they differ."""


class ContractError(AssertionError):
    """The client broke rules of the API. The text is the contract report."""
