"""The methods of a server and of an organisation."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Iterator

import pytest
from conftest import LANDING_ZONE, send

from flowmock import ContractError, FlowMock, Organisation, RefusedError, VerificationError

ORDERS = {"name": "orders", "connectionSpec": LANDING_ZONE}


@pytest.fixture(scope="module")
def server() -> Iterator[FlowMock]:
    with FlowMock() as server:
        yield server


@pytest.fixture
def mine(server: FlowMock, request: pytest.FixtureRequest) -> Organisation:
    name = "".join(letter for letter in request.node.name if letter.isalnum())
    return server.organisation(f"{name}@AdobeOrg")


def create(scope: Any, **headers: str) -> str:
    status, _, answer = send(scope.base_url, "/connections", {**scope.headers(), **headers}, ORDERS)
    assert status == 201
    return str(answer["id"])


def list_connections(scope: Any, query: str = "") -> tuple[int, Any]:
    status, _, answer = send(scope.base_url, "/connections" + query, scope.headers())
    return status, answer


def test_headers_name_organisation_sandbox_and_token(server: FlowMock) -> None:
    assert server.headers() == {
        "Authorization": "Bearer token",
        "x-api-key": "flowmock",
        "x-gw-ims-org-id": "TEST@AdobeOrg",
        "x-sandbox-name": "prod",
    }
    headers = server.organisation("A@AdobeOrg", "dev").headers(token="t", api_key="k")
    assert list(headers.values()) == ["Bearer t", "k", "A@AdobeOrg", "dev"]
    assert server.headers(org="B@AdobeOrg", sandbox="s")["x-gw-ims-org-id"] == "B@AdobeOrg"


def test_names_are_written_as_headers_can_carry_them(server: FlowMock) -> None:
    named = Organisation(server, "A@AdobeOrg", consumer="Größe", test="test[ü\n]")
    assert named.headers()["x-flowmock-consumer"] == "Gr\\xf6\\xdfe"
    assert named.headers()["x-flowmock-test"] == "test[\\xfc ]"


def test_a_reset_of_an_organisation_leaves_others_alone(server: FlowMock, mine: Organisation) -> None:
    other = server.organisation("other" + mine.org)
    create(mine), create(other)
    mine.faults.fail("listConnections", code="FLOW-1103-503")
    mine.reset()
    assert list_connections(mine)[1]["items"] == []
    assert len(list_connections(other)[1]["items"]) == 1
    assert mine.faults.list() == []
    assert [request.operation for request in mine.requests()] == ["listConnections"]


@pytest.mark.parametrize(
    "seed",
    [
        {"connections": [ORDERS]},
        {"sandboxes": [{"name": "prod", "connections": [ORDERS]}]},
        {"organisations": [{"sandboxes": [{"name": "prod", "connections": [ORDERS]}]}]},
        '{"connections": [{"name": "orders", "connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8"}}]}',
        """
        # the content of a sandbox
        connections:
        - name: orders
          connectionSpec: {id: 10440537-2a7b-4583-ac39-ed38d4b848e8}
        """,
        """
        sandboxes:
        - name: prod
          connections:
          - name: orders
            connectionSpec: {id: 10440537-2a7b-4583-ac39-ed38d4b848e8}
        """,
    ],
    ids=["sandbox", "sandboxes", "organisations", "json", "yaml", "yaml with sandboxes"],
)
def test_a_seed_of_an_organisation_may_leave_out_its_name(server: FlowMock, mine: Organisation, seed: Any) -> None:
    mine.seed(seed)
    state = mine.state()["organisations"]
    assert [organisation["imsOrgId"] for organisation in state] == [mine.org]
    assert [one["name"] for one in state[0]["sandboxes"][0]["connections"]] == ["orders"]


def test_a_seed_for_another_organisation_is_refused(server: FlowMock, mine: Organisation) -> None:
    with pytest.raises(ValueError, match="names the organisation B@AdobeOrg, but it is for"):
        mine.seed({"organisations": [{"imsOrgId": "B@AdobeOrg", "sandboxes": []}]})
    with pytest.raises(ValueError, match="begin with `sandboxes:`"):
        mine.seed("organisations:\n- imsOrgId: B@AdobeOrg\n")


def test_seeds_are_read_from_files(mine: Organisation, tmp_path: Path) -> None:
    spec = LANDING_ZONE["id"]
    (tmp_path / "seed.json").write_text(json.dumps({"connections": [{"name": "a", "connectionSpec": {"id": spec}}]}))
    (tmp_path / "seed.yaml").write_text(f"connections:\n- name: b\n  connectionSpec: {{id: {spec}}}\n")
    mine.seed(tmp_path / "seed.json")
    mine.seed(str(tmp_path / "seed.yaml"))
    assert {one["name"] for one in list_connections(mine)[1]["items"]} == {"a", "b"}


def test_a_refused_seed_names_every_problem(mine: Organisation) -> None:
    with pytest.raises(RefusedError, match="/state: state must be one of") as raised:
        mine.seed({"connections": [{**ORDERS, "state": "on"}, {"name": "none"}]})
    assert raised.value.status == 400
    assert raised.value.problems[0][0] == "/organisations/0/sandboxes/0/connections/0/state"
    assert len(raised.value.problems) == 2


def test_a_state_can_be_set_elsewhere(server: FlowMock, mine: Organisation) -> None:
    id = create(mine)
    with FlowMock() as another:
        another.set_state(mine.state())
        assert another.organisation(mine.org).state() == mine.state()
        assert id in str(another.state())


def test_snapshots_of_an_organisation_have_their_own_names(server: FlowMock, mine: Organisation) -> None:
    other = server.organisation("other" + mine.org)
    create(mine)
    mine.snapshots.save("before")
    other.snapshots.save("before")
    create(mine)
    mine.snapshots.restore("before")
    assert len(list_connections(mine)[1]["items"]) == 1
    assert mine.snapshots.list() == ["before"]
    mine.snapshots.delete("before")
    assert mine.snapshots.list() == []
    assert other.snapshots.list() == ["before"]
    with pytest.raises(RefusedError, match="404"):
        mine.snapshots.restore("before")


def test_faults_are_added_counted_and_removed(server: FlowMock, mine: Organisation) -> None:
    fault = mine.faults.fail("createConnection", code="FLOW-1103-503", times=3, after=1)
    answers = [send(mine.base_url, "/connections", mine.headers(), ORDERS)[0] for _ in range(5)]
    assert answers == [201, 503, 503, 503, 201]
    assert (fault.matched, fault.fired) == (5, 3)
    assert fault.document["match"] == {"operation": "createConnection", "imsOrgId": mine.org}
    other = server.organisation("other" + mine.org)
    assert other.faults.list() == []
    with mine.faults.delay("listConnections", ms=1) as delay:
        assert [rule.id for rule in mine.faults.list()] == [fault.id, delay.id]
    assert [rule.id for rule in mine.faults.list()] == [fault.id]
    mine.faults.replace([{"id": mine.org.split("@")[0], "action": {"delayMs": 1}}])
    assert len(mine.faults.list()) == 1
    mine.faults.clear()
    assert mine.faults.list() == []


def test_every_kind_of_fault_is_a_rule_of_the_server(mine: Organisation) -> None:
    faults = mine.faults
    actions = [
        faults.respond("listConnections", status=502, headers={"x-a": "b"}, body={"c": 1}, effect="before"),
        faults.delay(ms={"uniform": {"min": 1, "max": 2}}, sandbox="dev"),
        faults.rate_limit(per_second=5, per="apiKey"),
        faults.reset(after_bytes=20, probability=0.5),
        faults.lose_response("createConnection"),
        faults.truncate(),
        faults.malformed_json(method="GET", path="/connections"),
        faults.drip(bytes_per_second=100),
        faults.initializing(ms=2000),
        *faults.add({"match": {"body": {"/name": "x"}}, "action": {"error": "403010"}}),
    ]
    assert [sorted(fault.document["action"]) for fault in actions] == [
        ["body", "effect", "headers", "status"],
        ["delayMs"],
        ["rateLimit"],
        ["reset"],
        ["effect", "reset"],
        ["truncate"],
        ["malformedJson"],
        ["drip"],
        ["initializingForMs"],
        ["error"],
    ]
    with pytest.raises(RefusedError, match="is not one of the errors"):
        faults.fail(code="FLOW-1-1")
    with pytest.raises(RefusedError, match="operaton"):
        faults.delay(ms=1, operaton="createConnection")


def test_the_clock_stands_moves_and_runs() -> None:
    with FlowMock(clock=datetime(2026, 1, 1, tzinfo=timezone.utc)) as mock:
        start = datetime(2026, 1, 1, tzinfo=timezone.utc)
        assert (mock.clock.now(), mock.clock.running) == (start, False)
        assert mock.clock.advance(hours=1) == start + timedelta(hours=1)
        assert mock.clock.advance(timedelta(days=1)) == start + timedelta(days=1, hours=1)
        assert mock.clock.advance(0.25) == start + timedelta(days=1, hours=1, milliseconds=250)
        assert mock.clock.set("2027-01-01T00:00:00Z") == datetime(2027, 1, 1, tzinfo=timezone.utc)
        mock.clock.run()
        assert mock.clock.running
        mock.clock.stop()
        assert not mock.clock.running
        assert mock.clock.reset() == start
        with pytest.raises(ValueError, match="no time zone"):
            mock.clock.set(datetime(2026, 1, 1))


def test_requests_are_selected(server: FlowMock, mine: Organisation) -> None:
    create(mine)
    list_connections(mine, "?limt=5")
    refused, created = mine.requests()
    assert (created.operation, created.status, created.body["name"]) == ("createConnection", 201, "orders")
    assert created.headers["Content-Type"] == "application/json"
    assert created.headers["AUTHORIZATION"] == "Bearer [redacted]"
    assert (created.org, created.sandbox, created.api_key, created.outcome) == (mine.org, "prod", "flowmock", "answered")
    assert created.response_body["id"]
    assert abs(created.time - server.clock.now()) < timedelta(minutes=1)
    assert [one.id for one in mine.requests(status="4xx")] == [refused.id]
    assert [one.id for one in mine.requests(error_code="FLOW-1451-400")] == [refused.id]
    assert [one.id for one in mine.requests(since_id=created.id)] == [refused.id]
    assert [one.id for one in mine.requests(limit=1)] == [refused.id]
    assert len(mine.requests(since=created.time)) == 2
    assert [one.id for one in server.requests(org=mine.org, operation="createConnection")] == [created.id]
    assert "FLOW-1451-400" in str(refused)
    assert "limt is not a query parameter" in str(refused)
    with pytest.raises(RefusedError, match="operation must be one of"):
        mine.requests(operation="createConections")
    assert mine.clear_requests() == 2
    assert mine.requests() == []


def test_a_journal_of_more_than_a_page_is_returned_whole(mine: Organisation) -> None:
    for _ in range(120):
        list_connections(mine)
    assert len(mine.requests()) == 120


def test_expected_requests_are_verified(mine: Organisation) -> None:
    create(mine)
    create(mine)
    verified = mine.verify(operation="createConnection", body={"/name": "orders"}, times=2)
    assert verified.count == len(verified.request_ids) == 2
    mine.verify(method="post", path="/connections", headers={"x-sandbox-name": "prod"}, times={"atLeast": 1})
    mine.verify([{"operation": "createConnection"}, {"operation": "createConnection"}])
    with pytest.raises(VerificationError, match=r'(?s)received 0, of.*expected "order".*received "orders"'):
        mine.verify(operation="createConnection", body={"/name": "order"})
    assert not mine.check(operation="deleteConnection")
    assert mine.verify(operation="deleteConnection", times=0)
    with pytest.raises(ValueError, match="only requests of"):
        mine.verify({"imsOrgId": "B@AdobeOrg"})


def test_requests_of_others_do_not_count(server: FlowMock, mine: Organisation) -> None:
    create(server.organisation("other" + mine.org))
    mine.verify(operation="createConnection", times=0)
    assert server.verify(operation="createConnection", org="other" + mine.org, times=1)
    assert not mine.check([{"operation": "createConnection"}])


def test_outcomes_of_runs_are_ordered() -> None:
    with FlowMock(clock="2026-01-01T00:00:00Z") as mock:
        mine = mock.organisation("RUNS@AdobeOrg")

        def post(path: str, body: Any) -> str:
            return str(send(mine.base_url, path, mine.headers(), body)[2]["id"])

        source = post(
            "/sourceConnections",
            {
                "name": "orders",
                "connectionSpec": {"id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8"},
                "data": {"format": "delimited"},
                "params": {"path": "dlz-user-container/orders.csv"},
            },
        )
        target_spec = {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c"}
        target = post("/targetConnections", {"connectionSpec": target_spec, "params": {"dataSetId": "5f3c"}})
        flow = post(
            "/flows",
            {
                "name": "orders",
                "flowSpec": {"id": "9753525b-82c7-4dce-8a9b-5ccfce2b9876"},
                "sourceConnectionIds": [source],
                "targetConnectionIds": [target],
                "scheduleParams": {"startTime": 1767225600, "frequency": "hour", "interval": 1},
            },
        )
        ordered = mine.runs.order("copyFailed", flow_id=flow, run=3, code="1337")
        assert ordered[0]["run"] == 3
        mine.runs.order("success", rows=7)  # the default of the sandbox
        mine.runs.order({"flowId": flow, "run": 4, "stuck": True})
        mock.clock.advance(hours=3.5)
        runs = send(mine.base_url, f"/runs?property=flowId=={flow}&orderby=createdAt", mine.headers())[2]["items"]
        states = [run["metrics"]["statusSummary"]["status"] for run in runs]
        assert states == ["success", "success", "failed", "inProgress"]
        assert "1337" in str(runs[2])
        assert runs[1]["metrics"]["recordSummary"]["inputRecordCount"] == 7
        mine.runs.end(runs[3]["id"], "fail", "promotionFailed", code="133")
        stuck = send(mine.base_url, f"/runs/{runs[3]['id']}", mine.headers())[2]["items"][0]
        assert stuck["metrics"]["statusSummary"]["status"] == "failed"
        mine.runs.order("nothingNew", flow_id=flow, run=9)
        assert "nothingNew" in str(mine.runs.list())
        mine.runs.forget()
        assert "nothingNew" not in str(mine.runs.list())
        with pytest.raises(RefusedError, match="outcome"):
            mine.runs.order("copyFaild", flow_id=flow)


def test_tokens_are_issued() -> None:
    with FlowMock(auth="issued") as mock:
        assert send(mock.base_url, "/connections", mock.headers())[0] == 401
        assert send(mock.base_url, "/connections", mock.headers(token=mock.token()))[0] == 200
        mine = mock.organisation("A@AdobeOrg")
        assert send(mine.base_url, "/connections", mine.headers(token=mine.token()))[0] == 200
        assert mock.token_url == mock.url + "/ims/token/v3"


def test_a_contract_that_is_kept_passes() -> None:
    with FlowMock() as mock:
        with pytest.raises(ContractError, match="no request was examined"):
            mock.contract().assert_ok()
        list_connections(mock)
        contract = mock.contract()
        contract.assert_ok(fail_on="info")
        assert (contract.examined, contract.rules) == (1, [])
        assert 0 < contract.coverage < 100
        with pytest.raises(ContractError, match="coverage is .* %, less than 100 %"):
            contract.assert_ok(min_coverage=100)
        with pytest.raises(ValueError, match="it is one of never, error, warning, info"):
            contract.assert_ok(fail_on="errors")
        mock.reset_contract()
        assert mock.contract().examined == 0


def test_a_broken_contract_is_told_with_rule_and_place() -> None:
    with FlowMock(contract_rule="own-field=off") as mock:
        list_connections(mock, "?limt=5")
        contract = mock.contract()
        (rule,) = contract.rules
        assert (rule.rule, rule.severity, rule.count, rule.entry) == ("parameter-unknown", "error", 1, 1)
        with pytest.raises(ContractError, match=r"(?s)parameter-unknown, once, listConnections: limt.*remedy"):
            contract.assert_ok()
        contract.assert_ok(fail_on="never")
        assert "limt" in contract.text()
        assert "limt" in contract.markdown()
        assert contract.junit().startswith("<?xml")
        assert mock.contract(consumer=rule.consumer).rules == [rule]
        with pytest.raises(RefusedError, match="there is no consumer of that name; there are: flowmock"):
            mock.contract(consumer="nobody")


def test_the_contract_of_a_test_is_about_that_test() -> None:
    with FlowMock() as mock:
        one, two = (Organisation(mock, f"{name}@AdobeOrg", consumer="c", test=name) for name in ("one", "two"))
        list_connections(one, "?limt=5")
        list_connections(two)
        two.contract().assert_ok()
        with pytest.raises(ContractError, match="parameter-unknown"):
            one.contract().assert_ok()
        assert one.contract().examined == 1
        silent = Organisation(mock, "three@AdobeOrg", test="three")
        with pytest.raises(ContractError, match="no request with x-flowmock-test: three"):
            silent.contract().assert_ok()
