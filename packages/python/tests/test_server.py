"""Starting and stopping servers."""

from __future__ import annotations

import gc
import http.client
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import LANDING_ZONE, lives, send

from flowmock import FlowMock, FlowMockError, RefusedError, ServerGoneError, StartError
from flowmock._binary import find_binary
from flowmock._flags import Flags, to_arguments


def wait_until_gone(pid: int, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while lives(pid):
        assert time.monotonic() < deadline, f"process {pid} still runs"
        time.sleep(0.01)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_it_is_ready_when_the_block_begins_and_gone_when_it_ends() -> None:
    with FlowMock() as mock:
        assert mock.url.startswith("http://127.0.0.1:")
        assert mock.base_url == mock.url + "/data/foundation/flowservice"
        status, _, answer = send(mock.base_url, "/connections", mock.headers())
        assert (status, answer["items"]) == (200, [])
        pid, log = mock.pid, mock.log_path
        assert pid is not None
        assert log is not None
        assert log.exists()
    assert not lives(pid)
    assert not log.parent.exists()
    with pytest.raises(FlowMockError, match="is not running; call start"):
        _ = mock.url


def test_it_can_be_started_again() -> None:
    mock = FlowMock()
    first = mock.start().url
    assert mock.start().url == first
    mock.stop()
    mock.stop()
    with mock:
        assert mock.clock.now()


def test_flags_reach_the_server() -> None:
    with FlowMock(strict=True, deterministic=7, token_lifetime=60, allow_sandbox=["prod", "dev"], contract=False) as mock:
        configuration = mock.info()["configuration"]
        assert configuration["strict"] is True
        assert configuration["deterministic"] == 7
        assert send(mock.base_url, "/connections", mock.headers(sandbox="test"))[0] == 404
        assert mock.contract().report["enabled"] is False


def test_flags_become_arguments() -> None:
    flags: dict[str, Any] = {
        "strict": True,
        "cors": False,
        "clock": None,
        "control": False,
        "contract": True,
        "seed_file": [Path("a"), "b"],
    }
    arguments = ["--strict", "--control=off", "--contract=on", "--seed-file=a", "--seed-file=b", "--drain-timeout-ms=5"]
    assert to_arguments({**flags, "drain_timeout_ms": 5}) == arguments


def test_the_typed_flags_are_those_of_the_command() -> None:
    text = subprocess.run([find_binary(), "--help"], capture_output=True, text=True, check=True).stdout
    options = {line.split()[0][2:].replace("-", "_") for line in text.splitlines() if line.startswith("      --")}
    # What this package itself sets or replaces.
    ours = {"port_file", "stop_with_stdin", "parent_pid"}
    assert options - ours == set(Flags.__annotations__) - {"seed", "faults"}


def test_a_misspelt_flag_gets_the_message_of_the_server() -> None:
    with pytest.raises(StartError, match=r"unexpected argument '--tokn-lifetime'[^$]*similar[^$]*--token-lifetime") as raised:
        FlowMock(tokn_lifetime=60).start()  # type: ignore[call-arg]
    assert raised.value.exit_code == 2


def test_a_bad_value_gets_the_message_of_the_server() -> None:
    with pytest.raises(StartError, match="token-lifetime"):
        FlowMock("--token-lifetime=soon").start()


def test_seeds_are_documents_text_and_files(tmp_path: Path) -> None:
    def seed(name: str) -> dict[str, Any]:
        content = [{"name": name, "connectionSpec": LANDING_ZONE}]
        return {"organisations": [{"imsOrgId": "TEST@AdobeOrg", "sandboxes": [{"name": name, "connections": content}]}]}

    (tmp_path / "four.yaml").write_text("organisations: [{imsOrgId: TEST@AdobeOrg, sandboxes: [{name: four}]}]\n")
    text = "organisations:\n- imsOrgId: TEST@AdobeOrg\n  sandboxes:\n  - name: three\n"
    with FlowMock(seed=[seed("one"), seed("two"), text, tmp_path / "four.yaml"]) as mock:

        def sandboxes() -> set[str]:
            return {sandbox["name"] for sandbox in mock.state()["organisations"][0]["sandboxes"]}

        assert {"one", "two"} <= sandboxes()
        mock.seed(seed("later"))
        assert "later" in sandboxes()
        mock.reset()
        assert {"one", "two"} <= sandboxes()
        assert "later" not in sandboxes()


def test_of_two_seeds_with_one_id_the_later_counts(tmp_path: Path) -> None:
    def seed(name: str) -> dict[str, Any]:
        content = [{"id": "3f1d5a52-8a3c-4c0e-9d43-0a1f7c1d2b10", "name": name, "connectionSpec": LANDING_ZONE}]
        return {"organisations": [{"imsOrgId": "TEST@AdobeOrg", "sandboxes": [{"name": "prod", "connections": content}]}]}

    (tmp_path / "seed.json").write_text(json.dumps(seed("in a file")))
    with FlowMock(seed=[seed("first"), tmp_path / "seed.json"]) as mock:
        assert "in a file" in str(mock.state())
    with FlowMock(seed=[str(tmp_path / "seed.json"), seed("last")]) as mock:
        assert "last" in str(mock.state())


def test_faults_of_the_start_return_after_a_reset() -> None:
    with FlowMock(faults=[{"match": {"operation": "listConnections"}, "action": {"error": "FLOW-1103-503"}}]) as mock:
        assert send(mock.base_url, "/connections", mock.headers())[0] == 503
        mock.faults.clear()
        assert send(mock.base_url, "/connections", mock.headers())[0] == 200
        mock.reset()
        assert send(mock.base_url, "/connections", mock.headers())[0] == 503


def test_a_seed_with_a_mistake_stops_the_start_and_says_where() -> None:
    with pytest.raises(StartError, match="/organisatons: is not known; did you mean organisations") as raised:
        FlowMock(seed={"organisatons": []}).start()
    assert raised.value.exit_code == 1


def test_flowmock_binary_names_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FLOWMOCK_BINARY", str(tmp_path / "none"))
    with pytest.raises(StartError, match="FLOWMOCK_BINARY is .*none, which is no program"):
        FlowMock().start()
    link = tmp_path / "another-flowmock"
    monkeypatch.undo()
    shutil.copy(find_binary(), link)
    monkeypatch.setenv("FLOWMOCK_BINARY", str(link))
    with FlowMock() as mock:
        assert mock.pid is not None
        assert os.readlink(f"/proc/{mock.pid}/exe") == str(link)


def test_without_any_binary_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLOWMOCK_BINARY", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("flowmock._binary._script_folders", lambda: iter(()))
    with pytest.raises(StartError, match="no flowmock binary.*FLOWMOCK_BINARY.*FLOWMOCK_URL"):
        FlowMock().start()


def test_flowmock_url_names_a_server_that_is_used_and_not_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    with FlowMock() as server:
        monkeypatch.setenv("FLOWMOCK_URL", server.url + "/")
        with FlowMock() as mock:
            assert mock.url == server.url
            assert mock.pid is None
            assert not mock.is_own
        with FlowMock(ignore_url=True) as another:
            assert another.url != server.url
        seed = {"organisations": [{"imsOrgId": "SEED@AdobeOrg", "sandboxes": [{"name": "dev", "title": "Development"}]}]}
        with FlowMock(seed=seed, faults={"id": "slow", "action": {"delayMs": 1}}):
            assert "SEED@AdobeOrg" in str(server.state())
            assert [fault.id for fault in server.faults.list()] == ["slow"]
        with pytest.warns(UserWarning, match="flags have no effect: strict"), FlowMock(strict=True):
            pass
        assert server.clock.now()


def test_an_address_without_a_server_is_named() -> None:
    with pytest.raises(ServerGoneError, match=r"http://127\.0\.0\.1:9/_flowmock/health has no answer.*is it running there"):
        FlowMock(url="http://127.0.0.1:9", start_timeout=0.2).start()


def test_a_crashed_server_is_reported_with_its_log() -> None:
    with FlowMock() as mock:
        mock.clock.now()
        assert mock.pid is not None
        os.kill(mock.pid, signal.SIGKILL)
        wait_until_gone(mock.pid)
        with pytest.raises(ServerGoneError, match="has ended with exit code -9"):
            mock.clock.now()


def test_a_control_token_is_used_and_not_on_the_command_line() -> None:
    with FlowMock(control_token="p8e-token") as mock:
        assert mock.clock.now()
        assert b"p8e-token" not in Path(f"/proc/{mock.pid}/cmdline").read_bytes()
        with FlowMock(url=mock.url) as stranger, pytest.raises(RefusedError, match="401"):
            stranger.clock.now()


def test_its_own_certificate_is_trusted(tmp_path: Path) -> None:
    with FlowMock(tls_self_signed=tmp_path) as mock:
        assert mock.url.startswith("https://")
        assert mock.clock.now()


def test_the_log_is_kept_where_the_flag_says(tmp_path: Path) -> None:
    with FlowMock(log_file="server.log", cwd=tmp_path) as mock:
        send(mock.base_url, "/connections", mock.headers())
        assert "/connections" in mock.log()
    assert "/connections" in (tmp_path / "server.log").read_text()


def test_a_block_that_fails_shows_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), FlowMock() as mock:
        send(mock.base_url, "/connections?limt=1", mock.headers())
        _ = 1 / 0
    shown = capsys.readouterr().err
    assert "flowmock's log" in shown
    assert 'error="FLOW-1451-400"' in shown


def test_no_pipe_and_no_file_is_left_open() -> None:
    with FlowMock():
        pass
    before = open_files()
    for _ in range(3):
        with FlowMock() as mock:
            mock.clock.now()
    for _ in range(2):
        with pytest.raises(StartError):
            FlowMock("--no-such-flag").start()
    assert open_files() == before


def test_a_server_that_writes_much_is_never_blocked() -> None:
    with FlowMock() as mock:
        connection = http.client.HTTPConnection(mock.url[len("http://") :])
        for _ in range(400):
            connection.request("GET", "/data/foundation/flowservice/connections", headers=mock.headers())
            assert len(connection.getresponse().read()) > 0
        connection.close()
        assert len(mock.log()) > 65536  # what a pipe holds on Linux


def test_a_server_that_nobody_stops_ends_with_its_object() -> None:
    mock = FlowMock().start()
    pid = mock.pid
    assert pid is not None
    del mock
    gc.collect()
    assert not lives(pid)


STARTS_AND_SLEEPS = """
    import os, sys, time
    from flowmock import FlowMock
    mock = FlowMock().start()
    {then}
    print(mock.pid, mock.log_path.parent, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("then", ["", "if os.fork() == 0: time.sleep(30)"], ids=["alone", "with a fork that lives on"])
def test_a_server_does_not_outlive_a_process_that_is_killed(then: str) -> None:
    code = textwrap.dedent(STARTS_AND_SLEEPS).format(then=then)
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, start_new_session=True)
    try:
        assert parent.stdout is not None
        pid_text, folder = parent.stdout.readline().decode().split()
        pid = int(pid_text)
        assert lives(pid)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        wait_until_gone(pid)
    finally:
        if then:
            os.killpg(parent.pid, signal.SIGKILL)
        assert parent.stdout is not None
        parent.stdout.close()
    shutil.rmtree(folder)  # which a killed process leaves


def test_a_server_does_not_outlive_a_process_that_exits() -> None:
    code = "from flowmock import FlowMock; mock = FlowMock().start(); print(mock.pid, mock.log_path)"
    pid, log = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    wait_until_gone(int(pid))
    assert not Path(log).parent.exists()


def _in_fork(mock: FlowMock, answers: Any) -> None:
    answers.put(send(mock.base_url, "/connections", mock.headers())[0])
    mock.stop()
    del mock
    gc.collect()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_can_use_the_server_and_does_not_stop_it() -> None:
    context = multiprocessing.get_context("fork")
    with FlowMock() as mock:
        answers = context.Queue()
        fork = context.Process(target=_in_fork, args=(mock, answers))
        fork.start()
        assert answers.get(timeout=20) == 200
        fork.join(20)
        assert fork.exitcode == 0
        assert mock.clock.now()


def test_threads_share_a_server() -> None:
    with FlowMock() as mock:
        errors = []

        def use(number: int) -> None:
            try:
                organisation = mock.start().organisation(f"T{number}@AdobeOrg")
                for _ in range(5):
                    organisation.seed({"connections": [{"name": "orders", "connectionSpec": LANDING_ZONE}]})
                    organisation.faults.fail("listConnections", code="FLOW-1103-503")
                assert len(organisation.faults.list()) == 5
                assert len(organisation.state()["organisations"][0]["sandboxes"][0]["connections"]) == 5
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=use, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []


def test_the_command_runs_as_a_module() -> None:
    shown = subprocess.run([sys.executable, "-m", "flowmock", "--version"], capture_output=True, text=True, check=True).stdout
    assert shown.startswith("flowmock ")


def test_flags_given_as_arguments_count_as_those_given_by_name(tmp_path: Path) -> None:
    log = tmp_path / "own.log"
    arguments = ["--control-token", "hunter2", f"--log-file={log}", "--listen=127.0.0.1:0", f"--tls-self-signed={tmp_path}"]
    with FlowMock(*arguments, ignore_url=True) as mock:
        assert mock.url.startswith("https://")
        mock.reset()
        assert mock.log_path == log


def test_a_fault_that_a_reset_has_removed_does_not_hide_a_failure() -> None:
    with FlowMock(ignore_url=True) as mock:
        fault = mock.faults.fail("listConnections", code="FLOW-1103-503")
        with pytest.raises(ZeroDivisionError), fault:
            mock.faults.clear()
            raise ZeroDivisionError


def test_a_seed_for_another_organisation_is_refused() -> None:
    with FlowMock(ignore_url=True) as mock, pytest.raises(ValueError, match="X@AdobeOrg"):
        mock.organisation("A@AdobeOrg").seed({"imsOrgId": "X@AdobeOrg", "sandboxes": []})


def test_a_seed_in_yaml_may_have_the_marks_of_a_document() -> None:
    with FlowMock(ignore_url=True) as mock:
        organisation = mock.organisation("A@AdobeOrg", "dev")
        organisation.seed(f"---\nconnections:\n- {{name: orders, connectionSpec: {{id: {LANDING_ZONE['id']}}}}}\n...\n")
        assert "orders" in json.dumps(organisation.state())


def test_orders_of_runs_stay_in_their_sandbox() -> None:
    with FlowMock(ignore_url=True) as mock, pytest.raises(ValueError, match="prod"):
        mock.organisation("A@AdobeOrg", "dev").runs.order("copyFailed", sandbox="prod")
