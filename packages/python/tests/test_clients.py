"""Clients that people use: requests, httpx and aepp."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import requests
from conftest import LANDING_ZONE

from flowmock import Organisation

ORDERS: Any = {"name": "orders", "connectionSpec": LANDING_ZONE}


def test_requests_creates_changes_and_deletes_a_connection(flowmock: Organisation) -> None:
    with requests.Session() as session:
        session.headers.update(flowmock.headers())
        connections = flowmock.base_url + "/connections"
        created = session.post(connections, json=ORDERS, timeout=10)
        assert created.status_code == 201
        one = f"{connections}/{created.json()['id']}"
        change = [{"op": "replace", "path": "/name", "value": "sales"}]
        etag = created.json()["etag"]
        assert session.patch(one, json=change, headers={"If-Match": etag}, timeout=10).status_code == 200
        assert session.patch(one, json=change, headers={"If-Match": etag}, timeout=10).status_code == 412
        assert session.get(one, timeout=10).json()["items"][0]["name"] == "sales"
        assert session.delete(one, timeout=10).status_code in (200, 204)
    flowmock.verify(operation="updateConnection", times=2)
    flowmock.contract().assert_ok()


def test_httpx_meets_a_lost_response(flowmock: Organisation) -> None:
    with httpx.Client(base_url=flowmock.base_url, headers=flowmock.headers(), trust_env=False) as client:
        with flowmock.faults.lose_response("createConnection", times=1), pytest.raises(httpx.TransportError):
            client.post("/connections", json=ORDERS)
        assert len(client.get("/connections").json()["items"]) == 1
    flowmock.contract().assert_ok()


def test_httpx_without_blocking(flowmock: Organisation) -> None:
    import asyncio

    async def create() -> list[int]:
        async with httpx.AsyncClient(base_url=flowmock.base_url, headers=flowmock.headers(), trust_env=False) as client:
            answers = await asyncio.gather(*(client.post("/connections", json=ORDERS) for _ in range(10)))
            return [answer.status_code for answer in answers]

    assert asyncio.run(create()) == [201] * 10
    flowmock.verify(operation="createConnection", times=10)


@pytest.fixture
def aepp(flowmock: Organisation) -> Any:
    """The flow service of aepp, configured for the organisation of the test. It asks for its token itself."""
    import aepp  # type: ignore[import-untyped]
    from aepp import config, flowservice

    aepp.configure(
        org_id=flowmock.org,
        client_id="aepp-client",
        secret="p8e-secret",
        tech_id="x@techacct.adobe.com",
        scopes="openid",
        sandbox="prod",
    )
    # What it has no setting for: the hosts.
    config.endpoints["global"] = flowmock.url
    config.config_object["oauthTokenEndpointV2"] = flowmock.token_url
    return flowservice.FlowService(config=config.config_object, header=config.header)


def test_aepp_goes_the_whole_way_of_data(flowmock: Organisation, aepp: Any) -> None:
    connection = aepp.createConnection(data=ORDERS)
    assert [one["id"] for one in aepp.getConnections()] == [connection["id"]]
    patched = aepp.patchConnection(connection["id"], [{"op": "add", "path": "/description", "value": "of the shop"}])
    assert patched["id"] == connection["id"], patched
    assert aepp.getConnection(connection["id"])["description"] == "of the shop"

    source = aepp.createSourceConnection(
        {
            "name": "orders",  # a source connection of a landing zone has no base connection
            "connectionSpec": {"id": "26f526f2-58f4-4712-961d-e41bf1ccc0e8", "version": "1.0"},
            "data": {"format": "delimited"},
            "params": {"path": "dlz-user-container/orders.csv"},
        }
    )
    assert aepp.getSourceConnection(source["id"])["name"] == "orders"
    target = aepp.createTargetConnection(
        data={
            "name": "orders",
            "connectionSpec": {"id": "c604ff05-7f1a-43c0-8e18-33bf874cb11c", "version": "1.0"},
            "data": {"format": "parquet_xdm"},
            "params": {"dataSetId": "5f3c"},
        }
    )
    assert len(aepp.getTargetConnections()) == 1
    flow = aepp.createFlow(
        flow_spec_id="9753525b-82c7-4dce-8a9b-5ccfce2b9876",
        obj={
            "name": "orders",
            "flowSpec": {"id": "9753525b-82c7-4dce-8a9b-5ccfce2b9876", "version": "1.0"},
            "sourceConnectionIds": [source["id"]],
            "targetConnectionIds": [target["id"]],
            "scheduleParams": {"startTime": int(flowmock.clock.now().timestamp()) + 60, "frequency": "hour", "interval": 1},
        },
    )
    flowmock.runs.order("copyFailed", flow_id=flow["id"], run=2, code="1337")
    flowmock.clock.advance(hours=2)
    runs = aepp.getRuns(prop=[f"flowId=={flow['id']}"])
    assert sorted(run["metrics"]["statusSummary"]["status"] for run in runs) == ["failed", "success"]

    assert aepp.updateFlow(flow["id"], flow["etag"], [{"op": "replace", "path": "/name", "value": "sales"}])["id"] == flow["id"]
    assert [one["name"] for one in aepp.getFlows()] == ["sales"]
    aepp.deleteFlow(flow["id"])
    aepp.deleteSourceConnection(source["id"])
    aepp.deleteTargetConnection(target["id"])
    aepp.deleteConnection(connection["id"])
    assert aepp.getConnections() == []
    flowmock.verify([{"operation": "createConnection"}, {"operation": "updateConnection"}, {"operation": "createFlow"}])
    assert flowmock.server.requests(operation="createTokenV3")[0].status == 200
