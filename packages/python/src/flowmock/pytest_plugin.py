"""The pytest plugin: the fixtures `flowmock`, `flowmock_server` and `flowmock_start`, and the contract gate.

Each worker of pytest-xdist has a server of its own, which starts with its first test that needs it, so that a test may move the
clock. Each test has an organisation of its own.
"""

from __future__ import annotations

import os
import re
import uuid
from typing import TYPE_CHECKING, Any, Callable, Generator, Optional

import pytest

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._flags import Flags
    from ._pytest_session import FlowMockSession
    from ._scope import Organisation
    from ._server import FlowMock

SESSION: pytest.StashKey[FlowMockSession] = pytest.StashKey()
SERVERS: pytest.StashKey[list[ServerInTest]] = pytest.StashKey()
SHOWN_REQUESTS = 30
# What the log says about flowmock's own calls, which the test made through its fixture.
OWN_CALLS = (' path="/_flowmock/', '"path":"/_flowmock/')
MODES = ("error", "warn", "off")


class ServerInTest:
    """A server that a test uses, and the organisation to which its requests belong, if it shares the server."""

    def __init__(self, server: FlowMock, organisation: Optional[Organisation] = None) -> None:
        self.server = server
        self.organisation = organisation
        self.log_start = len(server._log_so_far())

    def sections(self) -> Generator[tuple[str, str], None, None]:
        """The requests of the test and the log since its start, for the report of a failure."""
        from ._process import tail
        from .errors import FlowMockError

        lines = self.server.log()[self.log_start :].splitlines()
        log = "\n".join(line for line in lines if not any(call in line for call in OWN_CALLS))
        try:
            requests = (self.organisation or self.server).requests(limit=SHOWN_REQUESTS)
            text = "\n".join(str(request) for request in reversed(requests)) or "none arrived"
            if len(requests) == SHOWN_REQUESTS:
                text = f"the last {SHOWN_REQUESTS}:\n{text}"
        except FlowMockError as error:
            text = str(error)
        yield "flowmock requests", text
        if log.strip():
            yield "flowmock log", tail(log)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("flowmock", "flowmock, the stand-in for the Flow Service")
    group.addoption(
        "--flowmock-contract",
        choices=MODES,
        help="what to do if the client breaks rules of the API: fail the run, show the report, or nothing (default: warn)",
    )
    group.addoption(
        "--flowmock-min-coverage",
        metavar="PERCENT",
        type=float,
        help="the part of the documented outcomes of the calls it makes that each client has to meet",
    )
    group.addoption("--flowmock-url", metavar="URL", help="use the server that runs there, like FLOWMOCK_URL")
    parser.addini("flowmock_contract", "the default of --flowmock-contract", default="warn")
    parser.addini("flowmock_min_coverage", "the default of --flowmock-min-coverage", default="")
    parser.addini("flowmock_flags", "flags of the server: --strict --token-lifetime=60", type="args", default=[])
    parser.addini(
        "flowmock_consumer", "the client's name in contract reports, in flowmock.headers() (default: the folder)", default=""
    )


def pytest_configure(config: pytest.Config) -> None:
    from ._pytest_session import FlowMockSession

    mode = config.getoption("flowmock_contract") or config.getini("flowmock_contract")
    if mode not in MODES:
        raise pytest.UsageError(f"flowmock_contract is {mode}; it is one of {', '.join(MODES)}")
    coverage = config.getoption("flowmock_min_coverage")
    if coverage is None and config.getini("flowmock_min_coverage"):
        try:
            coverage = float(config.getini("flowmock_min_coverage"))
        except ValueError:
            raise pytest.UsageError("flowmock_min_coverage is not a number of percent") from None
    session = FlowMockSession(
        mode=mode,
        min_coverage=coverage,
        url=config.getoption("flowmock_url") or None,
        flags=list(config.getini("flowmock_flags")),
        cwd=str(config.rootpath),
        worker=os.environ.get("PYTEST_XDIST_WORKER", "") if hasattr(config, "workerinput") else "",
    )
    config.stash[SESSION] = session
    config.add_cleanup(session.stop)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, Any, None]:
    """Judges the contract after the last test. A worker of pytest-xdist hands its reports to the controller."""
    yield
    flowmock = session.config.stash[SESSION]
    flowmock.close()
    worker_output: Optional[dict[str, Any]] = getattr(session.config, "workeroutput", None)
    if worker_output is not None:
        worker_output["flowmock"] = flowmock.reports
    elif flowmock.failures():
        session.testsfailed += 1


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of pytest-xdist has ended: takes its reports."""
    output: dict[str, Any] = getattr(node, "workeroutput", {})
    session = node.config.stash[SESSION]
    if error and "flowmock" not in output:
        session.miss_report(f"the server of worker {node.gateway.id}", "the worker crashed")
    session.reports += output.get("flowmock", [])


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    flowmock = config.stash[SESSION]
    text = flowmock.summary()
    if text is None:
        return
    failures = flowmock.failures()
    if failures or flowmock.problems():
        terminalreporter.section("flowmock contract")
    terminalreporter.write_line(text)
    for failure in failures:
        terminalreporter.write_line(f"ERROR: flowmock contract: {failure}", red=True, bold=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, None]:
    """Adds the requests and the log to the report of a test that failed."""
    outcome = yield
    report: pytest.TestReport = outcome.get_result()
    if report.failed:
        for server in item.stash.get(SERVERS, []):
            report.sections += server.sections()


@pytest.fixture(scope="session")
def flowmock_server(pytestconfig: pytest.Config) -> FlowMock:
    """The server that the tests of this worker share: `flowmock.FlowMock`."""
    return pytestconfig.stash[SESSION].server()


@pytest.fixture
def flowmock(request: pytest.FixtureRequest, flowmock_server: FlowMock) -> Generator[Organisation, None, None]:
    """An organisation of this test's own, with the methods of `flowmock.FlowMock`, which leave other tests alone.

    After the test its state, faults, snapshots and requests are deleted, and the clock is set back if the test moved it.
    """
    from ._scope import Organisation

    session = request.config.stash[SESSION]
    node = request.node
    name = re.sub("[^A-Za-z0-9]", "", node.name)[:30]
    organisation = Organisation(
        flowmock_server,
        f"{name}{uuid.uuid4().hex[:12]}@AdobeOrg",
        consumer=_consumer(request.config),
        test=_test_name(node.nodeid),
    )
    node.stash.setdefault(SERVERS, []).append(ServerInTest(flowmock_server, organisation))
    first = session.last_request()
    yield organisation
    session.belong_to(node.nodeid, first)
    organisation.reset()
    for snapshot in organisation.snapshots.list():
        organisation.snapshots.delete(snapshot)
    if organisation.clock.changed:
        organisation.clock.reset()


@pytest.fixture
def flowmock_start(request: pytest.FixtureRequest) -> Generator[Callable[..., FlowMock], None, None]:
    """Starts servers for this test alone: `flowmock_start(strict=True, deterministic=7)`. They stop after the test."""
    from ._server import FlowMock

    session = request.config.stash[SESSION]
    servers: list[FlowMock] = []

    def start(*arguments: str, **flags: Unpack[Flags]) -> FlowMock:
        # Not FLOWMOCK_URL: the server there has other flags.
        server = FlowMock(*arguments, cwd=session.cwd, ignore_url=True, **flags).start()
        server.consumer = _consumer(request.config)
        server.test = _test_name(request.node.nodeid)
        servers.append(server)
        request.node.stash.setdefault(SERVERS, []).append(ServerInTest(server))
        return server

    yield start
    for server in servers:
        session.keep_report(server, f"the server of {request.node.nodeid}")
        server.stop()


def _consumer(config: pytest.Config) -> str:
    return config.getini("flowmock_consumer") or config.rootpath.name or "tests"


def _test_name(nodeid: str, limit: int = 200) -> str:
    """The name of a test in contract reports, which cut names to 200 characters: the end tells tests apart."""
    return nodeid if len(nodeid) <= limit else "..." + nodeid[3 - limit :]
