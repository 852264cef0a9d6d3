"""flowmock: a local server that stands in for Adobe Experience Platform's Flow Service, for tests.

with FlowMock() as mock:
    requests.get(f"{mock.base_url}/connections", headers=mock.headers())
"""

from ._clock import Clock
from ._contract import BrokenRule, Contract
from ._faults import Fault, Faults
from ._flags import Flags
from ._journal import Headers, Request
from ._runs import Runs
from ._scope import Organisation
from ._server import FlowMock
from ._snapshots import Snapshots
from ._verification import Verification
from .errors import (
    ContractError,
    FlowMockError,
    RefusedError,
    ServerGoneError,
    StartError,
    VerificationError,
)

__all__ = [
    "BrokenRule",
    "Clock",
    "Contract",
    "ContractError",
    "Fault",
    "Faults",
    "Flags",
    "FlowMock",
    "FlowMockError",
    "Headers",
    "Organisation",
    "RefusedError",
    "Request",
    "Runs",
    "ServerGoneError",
    "Snapshots",
    "StartError",
    "Verification",
    "VerificationError",
]
