"""The pytest plugin, in runs of pytest of its own."""

from __future__ import annotations

import os
from typing import Any

import pytest

from flowmock import FlowMock

SEND = """
    import json, urllib.error, urllib.request, pytest
    def send(scope, path="/connections", body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        sent = {**(scope.headers() if headers is None else headers), "Content-Type": "application/json"}
        try:
            return urllib.request.urlopen(urllib.request.Request(scope.base_url + path, data, sent)).status
        except urllib.error.HTTPError as error:
            return error.code
    ORDERS = {"name": "orders", "connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8"}}
    def anonymous(scope):
        return {name: value for name, value in scope.headers().items() if not name.startswith("x-flowmock")}
"""


@pytest.fixture
def suite(pytester: pytest.Pytester) -> Any:
    def suite(tests: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(sending=SEND, test_orders="from sending import *\n" + tests)
        if "-n" in arguments:
            return pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments, timeout=120)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)

    return suite


ISOLATED = """
import time
@pytest.mark.parametrize("n", range(8))
def test_isolated(flowmock, n):
    flowmock.faults.fail("listConnections", code="FLOW-1103-503", times=1)
    assert send(flowmock) == 503
    assert send(flowmock, body=ORDERS) == 201
    now = flowmock.clock.set("2026-01-01T00:00:00Z")
    flowmock.snapshots.save("before")
    assert send(flowmock, body=ORDERS) == 201
    flowmock.snapshots.restore("before")
    time.sleep(0.05)
    assert flowmock.clock.now() == now
    assert len(flowmock.requests()) == 3
    flowmock.verify(operation="createConnection", times=2)
    assert flowmock.org.startswith("testisolated") and flowmock.org.endswith("@AdobeOrg")

def test_nothing_is_left(flowmock, flowmock_server):
    assert flowmock_server.clock.running
    assert flowmock_server.faults.list() == []
    assert flowmock_server.snapshots.list() == []
    assert flowmock_server.state()["organisations"] == []
    assert flowmock_server.requests() == []
"""


@pytest.mark.parametrize("workers", [[], ["-n", "4"]], ids=["alone", "workers"])
def test_each_test_has_an_organisation_of_its_own(suite: Any, workers: list[str]) -> None:
    result = suite(ISOLATED, *workers, "--flowmock-contract=error")
    result.assert_outcomes(passed=9)
    result.stdout.fnmatch_lines(["flowmock contract: kept, 24 requests examined"])
    assert result.ret == 0


def test_a_failed_test_shows_its_requests_and_the_log(suite: Any) -> None:
    result = suite(
        """
def test_other(flowmock):
    send(flowmock, "/connections?limit=2")
def test_fails(flowmock):
    send(flowmock, "/connections?limt=5")
    assert 0
"""
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- flowmock requests -*",
            "GET /data/foundation/flowservice/connections?limt=5 -> 400 FLOW-1451-400",
            "*received: *limt is not a query parameter*",
            "*- flowmock log -*",
            '*path="/data/foundation/flowservice/connections" status=400*',
        ]
    )
    result.stdout.no_fnmatch_line("*limit=2*")
    result.stdout.no_fnmatch_line("*/_flowmock/*")


def test_an_error_in_a_fixture_shows_them_too(suite: Any) -> None:
    result = suite(
        """
@pytest.fixture
def client(flowmock):
    assert send(flowmock, "/connections?limt=5") == 200
def test_fails(client): pass
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*- flowmock requests -*", "*limt=5 -> 400*"])


BREAKS = """
def test_breaks_a_rule(flowmock):
    assert send(flowmock, "/connections?limt=5") == 400
def test_keeps_the_rules(flowmock):
    assert send(flowmock) == 200
    flowmock.contract().assert_ok()
"""


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "workers"])
def test_a_broken_contract_fails_the_run(suite: Any, workers: list[str]) -> None:
    result = suite(BREAKS, *workers, "--flowmock-contract=error")
    result.assert_outcomes(passed=2)
    assert result.ret == 1
    result.stdout.fnmatch_lines(
        [
            "*= flowmock contract =*",
            "Contract report of flowmock * request* examined",
            "*parameter-unknown, once",
            "*test_orders.py::test_breaks_a_rule: parameter-unknown (once)",
            "ERROR: flowmock contract: * broke parameter-unknown",
        ]
    )


def test_a_broken_contract_is_shown_by_default(suite: Any) -> None:
    result = suite(BREAKS)
    assert result.ret == 0
    result.stdout.fnmatch_lines(["*= flowmock contract =*", "*parameter-unknown, once", "flowmock contract: * broke *"])


def test_a_contract_can_be_left_alone(suite: Any) -> None:
    result = suite(BREAKS, "--flowmock-contract=off")
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*flowmock contract*")


def test_a_client_without_our_headers_is_found_by_the_time_of_its_requests(suite: Any) -> None:
    result = suite(
        """
def test_kept(flowmock):
    send(flowmock, headers=anonymous(flowmock))
def test_broken(flowmock):
    send(flowmock, "/connections?limt=5", headers=anonymous(flowmock))
""",
        "--flowmock-contract=error",
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(["parameter-unknown: first in test_orders.py::test_broken"])


def test_a_run_whose_requests_go_elsewhere_fails(suite: Any) -> None:
    result = suite("def test_forgot(flowmock): pass", "--flowmock-contract=error")
    result.assert_outcomes(passed=1)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["ERROR: flowmock contract: no request reached the server*"])


def test_a_run_without_the_fixture_starts_no_server_and_says_nothing(suite: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWMOCK_BINARY", "/nowhere/flowmock")
    result = suite("def test_other(): pass", "--flowmock-contract=error")
    assert result.ret == 0
    result.stdout.no_fnmatch_line("*flowmock contract*")


def test_a_missing_binary_is_an_error_of_the_tests_that_need_it(suite: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWMOCK_BINARY", "/nowhere/flowmock")
    result = suite("def test_other(): pass\ndef test_uses(flowmock): pass")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*StartError: FLOWMOCK_BINARY is /nowhere/flowmock, which is no program*"])


def test_coverage_is_that_of_all_workers(suite: Any) -> None:
    tests = """
@pytest.mark.parametrize("code", [None, "401013", "403010", "FLOW-2100-404"])
def test_meets(flowmock, code):
    if code: flowmock.faults.fail(code=code)
    send(flowmock)
"""
    result = suite(tests, "-n", "2", "--flowmock-contract=error", "--flowmock-min-coverage=90")
    assert result.ret == 1
    result.stdout.fnmatch_lines(["the server of worker gw?", "*Never met, and how to meet it"])
    result.stdout.fnmatch_lines(["ERROR: flowmock contract: coverage of * is 33.3 %, less than 90 %"])


def test_settings_come_from_the_ini_file(suite: Any, pytester: pytest.Pytester) -> None:
    pytester.makefile(
        ".yaml", seed="organisations:\n- imsOrgId: SEED@AdobeOrg\n  sandboxes: [{name: dev, title: Development}]\n"
    )
    pytester.makeini(
        """
        [pytest]
        flowmock_flags = --strict --token-lifetime=60 --seed-file=seed.yaml
        flowmock_contract = error
        flowmock_min_coverage = 1
        flowmock_consumer = importer
        """
    )
    result = suite(
        """
def test_flags(flowmock, flowmock_server):
    assert flowmock_server.info()["configuration"]["strict"] is True
    assert flowmock_server.state()["organisations"][0]["imsOrgId"] == "SEED@AdobeOrg"
    assert flowmock.headers()["x-flowmock-consumer"] == "importer"
    assert flowmock.headers()["x-flowmock-test"] == "test_orders.py::test_flags"
    assert send(flowmock) == 200
    assert flowmock_server.contract().consumers[0]["name"] == "importer"
"""
    )
    result.assert_outcomes(passed=1)
    assert result.ret == 0


@pytest.mark.parametrize("setting", ["flowmock_contract = errors", "flowmock_min_coverage = much"])
def test_a_wrong_setting_is_a_usage_error(suite: Any, pytester: pytest.Pytester, setting: str) -> None:
    pytester.makeini(f"[pytest]\n{setting}\n")
    result = suite("def test_other(): pass")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {setting.split(' = ')[0]} is *"])


def test_a_refused_flag_is_shown_with_the_message_of_the_server(suite: Any, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nflowmock_flags = --strickt\n")
    result = suite("def test_uses(flowmock): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*unexpected argument '--strickt' found*", "*--strict*"])


@pytest.mark.parametrize(("by", "workers"), [("option", []), ("variable", ["-n", "2"])], ids=["alone", "workers"])
def test_a_server_that_runs_elsewhere_is_shared(
    suite: Any, monkeypatch: pytest.MonkeyPatch, by: str, workers: list[str]
) -> None:
    monkeypatch.setenv("FLOWMOCK_BINARY", os.environ.get("FLOWMOCK_BINARY", ""))
    with FlowMock() as server:
        if by == "variable":
            monkeypatch.setenv("FLOWMOCK_URL", server.url)
        arguments = [*workers, "--flowmock-contract=error"] + ([f"--flowmock-url={server.url}"] if by == "option" else [])
        result = suite(
            f"""
@pytest.mark.parametrize("n", range(4))
def test_shared(flowmock, n):
    assert flowmock.url == "{server.url}"
    assert send(flowmock, body=ORDERS) == 201
    flowmock.verify(operation="createConnection", times=1)
""",
            *arguments,
        )
        result.assert_outcomes(passed=4)
        result.stdout.fnmatch_lines(["flowmock contract: kept, 4 requests examined"])
        assert server.contract().examined == 4
        assert server.state()["organisations"] == []


def test_a_test_may_have_servers_of_its_own(suite: Any) -> None:
    result = suite(
        """
def test_own(flowmock_start):
    one, two = flowmock_start(deterministic=7), flowmock_start("--strict", deterministic=7)
    assert one.url != two.url
    send(one, body=ORDERS); send(two, body=ORDERS)
    assert one.state() == two.state()
    send(one, "/connections?limt=5")
    assert 0
""",
        "--flowmock-contract=error",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*- flowmock log -*", '*error="FLOW-1451-400"*', "the server of test_orders.py::test_own", "*parameter-unknown*"]
    )


def test_a_crash_of_the_server_is_told(suite: Any) -> None:
    result = suite(
        """
import os, signal
def test_kills(flowmock, flowmock_server):
    os.kill(flowmock_server.pid, signal.SIGKILL)
    os.waitpid(flowmock_server.pid, 0)
""",
        "--flowmock-contract=error",
    )
    assert result.ret == 1
    result.stdout.fnmatch_lines(["*ServerGoneError*", "ERROR: flowmock contract: the server has no report: *"])
