"""The calls that a server and one organisation of it have in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Mapping, Optional, Sequence, Union
from urllib.parse import urlencode

from ._clock import Clock, time_value
from ._contract import Contract, contract
from ._control import Control
from ._faults import Faults
from ._journal import Request
from ._runs import Runs
from ._seed import content, content_of
from ._snapshots import Snapshots
from ._types import Document, SeedDocument, Time, wire
from ._verification import Verification, expectation, in_scope, one_or_many
from .errors import VerificationError

if TYPE_CHECKING:
    from ._server import FlowMock

BASE_PATH = "/data/foundation/flowservice"
TOKEN_PATH = "/ims/token/v3"
FORM = "application/x-www-form-urlencoded"
DEFAULT_ORG = "TEST@AdobeOrg"
DEFAULT_SANDBOX = "prod"
ALL_REQUESTS = 1_000_000_000


class Scope:
    """Controls a server, or the part of it that belongs to one organisation or sandbox."""

    org: str = DEFAULT_ORG
    """The organisation of `headers()`."""
    sandbox: str = DEFAULT_SANDBOX
    """The sandbox of `headers()`."""
    consumer: Optional[str] = None
    """The name of the client in contract reports, if it does not name itself."""
    test: Optional[str] = None
    """The name of the test in contract reports."""

    # The part of the server that calls are limited to, as their query.
    _scope: Mapping[str, str] = {}

    def _control(self) -> Control:
        raise NotImplementedError

    @property
    def url(self) -> str:
        """The URL of the server, without a slash at the end."""
        return self._control().url

    @property
    def base_url(self) -> str:
        """The URL below which the Flow Service is: `<url>/data/foundation/flowservice`."""
        return self.url + BASE_PATH

    @property
    def token_url(self) -> str:
        """The URL that issues access tokens, as the identity service does."""
        return self.url + TOKEN_PATH

    def headers(
        self,
        org: Optional[str] = None,
        sandbox: Optional[str] = None,
        token: str = "token",
        api_key: str = "flowmock",
    ) -> dict[str, str]:
        """The headers of a request, without those of its body."""
        headers = {
            "Authorization": f"Bearer {token}",
            "x-api-key": api_key,
            "x-gw-ims-org-id": org or self.org,
            "x-sandbox-name": sandbox or self.sandbox,
        }
        if self.consumer:
            headers["x-flowmock-consumer"] = _header_text(self.consumer)
        if self.test:
            headers["x-flowmock-test"] = _header_text(self.test)
        return headers

    def token(
        self, client_id: str = "flowmock", client_secret: str = "secret", *, org: Optional[str] = None, scope: str = "openid"
    ) -> str:
        """An access token that the server issues to a client, for tests with the flag `auth="issued"`."""
        form = {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": scope,
            "org_id": org or self.org,
        }
        _, answer = self._control().send("POST", TOKEN_PATH, body=urlencode(form).encode(), content_type=FORM)
        return str(json.loads(answer)["access_token"])

    def reset(self) -> None:
        """Returns to the state of the start: its seeds and fault rules. Snapshots and contract reports stay."""
        self._control().send("POST", "/_flowmock/reset", self._scope)

    def seed(self, seed: SeedDocument) -> None:
        """Adds a document to the state: a dict, the text or the path of a document in JSON or YAML."""
        body, media_type = content_of(seed, self.org, self.sandbox) if self._scope else content(seed)
        self._control().send("POST", "/_flowmock/state", None, body, media_type)

    def state(self) -> dict[str, Any]:
        """Everything that is stored, as a document that seeds another server to an equal state."""
        state: dict[str, Any] = self._control().json("GET", "/_flowmock/state", self._scope)
        return state

    def requests(self, *, since: Optional[Time] = None, **filters: Union[str, int]) -> list[Request]:
        """The requests that arrived, newest first.

        `filters` are `operation`, `method`, `path`, `status` (404 or "4xx"), `error_code`, `request_id`, `since_id`, `limit`,
        and of a whole server also `org` and `sandbox`.
        """
        query = {"limit": ALL_REQUESTS, **wire(filters)}
        if "org" in query:
            query["imsOrgId"] = query.pop("org")
        if since is not None:
            query["since"] = time_value(since)
        answer: Any = self._control().json("GET", "/_flowmock/requests", {**query, **self._scope})
        return [Request(request) for request in answer["requests"]]

    def clear_requests(self) -> int:
        """Empties the journal; returns how many requests were in it."""
        answer: Any = self._control().json("DELETE", "/_flowmock/requests", self._scope)
        return int(answer["cleared"])

    def verify(
        self,
        expected: Union[Document, Sequence[Document], None] = None,
        *,
        times: Union[int, Document, None] = None,
        **members: Any,
    ) -> Verification:
        """Checks that the expected requests arrived, and raises `VerificationError` with the nearest ones if not.

        `verify(operation="createConnection", body={"/name": "orders"}, times=1)`. The members are `operation`, `method`,
        `path`, `headers`, `query`, `body`, `sandbox`, in the form of docs/verification.md; `times` is a number or
        `{"atLeast": 1}`, by default at least once. A document may be given instead, or a list of them that must have come in
        this order.
        """
        verification = self.check(expected, times=times, **members)
        if not verification:
            raise VerificationError(verification.message)
        return verification

    def check(
        self,
        expected: Union[Document, Sequence[Document], None] = None,
        *,
        times: Union[int, Document, None] = None,
        **members: Any,
    ) -> Verification:
        """Whether the expected requests arrived, like `verify`, as a result that is true or false."""
        document = one_or_many(expected)
        if document is None:
            document = expectation(members, times, self._scope)
        elif members or times is not None:
            raise TypeError("give either a document or its members")
        result = self._control().json("POST", "/_flowmock/verify", document=in_scope(document, self._scope))
        return Verification(result)

    def contract(self, consumer: Optional[str] = None) -> Contract:
        """The contract report: which rules of the API the clients broke. With a test's name, the report about that test."""
        return contract(self._control(), consumer, self.test)

    def assert_contract(
        self, fail_on: str = "error", min_coverage: Optional[float] = None, consumer: Optional[str] = None
    ) -> None:
        """Raises `ContractError` with the report unless the contract is kept: `contract(consumer).assert_ok(...)`."""
        self.contract(consumer).assert_ok(fail_on, min_coverage)

    @property
    def faults(self) -> Faults:
        """The fault rules."""
        return Faults(self._control(), self._scope)

    @property
    def clock(self) -> Clock:
        """The clock of the server, which all organisations share."""
        return Clock(self._control())

    @property
    def runs(self) -> Runs:
        """The outcomes of runs of flows."""
        return Runs(self._control(), self._scope, self.sandbox)

    @property
    def snapshots(self) -> Snapshots:
        """The snapshots of the state."""
        return Snapshots(self._control(), self._scope)


class Organisation(Scope):
    """One organisation of a server, or one of its sandboxes. Its calls leave everything else alone."""

    def __init__(
        self,
        server: FlowMock,
        org: str,
        sandbox: Optional[str] = None,
        *,
        consumer: Optional[str] = None,
        test: Optional[str] = None,
    ) -> None:
        self.server = server
        """The whole server."""
        self.org = org
        self.sandbox = sandbox or DEFAULT_SANDBOX
        self.consumer = consumer
        self.test = test
        self._scope = {"imsOrgId": org, "sandbox": sandbox} if sandbox else {"imsOrgId": org}
        self._clock: Optional[Clock] = None

    def _control(self) -> Control:
        return self.server._control()

    @property
    def clock(self) -> Clock:
        """The clock of the server, which all organisations share."""
        if self._clock is None:
            self._clock = Clock(self._control())
        return self._clock

    def __repr__(self) -> str:
        return f"<Organisation {self.org} of {self.url}>"


def _header_text(name: str) -> str:
    """A name as a header can carry it."""
    return name.encode("ascii", "backslashreplace").decode("ascii").replace("\n", " ").replace("\r", " ")
