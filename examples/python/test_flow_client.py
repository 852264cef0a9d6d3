"""The tests of the client. Each has an organisation of its own, so they run in parallel too: pytest -n 4."""

import pytest
import requests

from flow_client import Conflict, FlowClient

LANDING_ZONE = "10440537-2a7b-4583-ac39-ed38d4b848e8"  # needs no auth


@pytest.fixture
def client(flowmock):
    return FlowClient(flowmock.base_url, flowmock.headers())


def test_a_new_connection_is_listed(client):
    id = client.create("orders", LANDING_ZONE)
    assert [connection["id"] for connection in client.connections()] == [id]


def test_all_pages_are_read(client, flowmock):
    flowmock.seed({"connections": [{"name": f"orders {n}", "connectionSpec": {"id": LANDING_ZONE}} for n in range(7)]})
    assert len(list(client.connections(page=3))) == 7
    flowmock.verify(operation="listConnections", times=3)


def test_a_request_that_the_service_cannot_take_is_repeated(client, flowmock):
    fault = flowmock.faults.fail("createConnection", code="FLOW-1103-503", times=2)
    client.create("orders", LANDING_ZONE)
    assert fault.fired == 2
    assert len(flowmock.state()["organisations"][0]["sandboxes"][0]["connections"]) == 1


def test_after_a_stale_etag_the_connection_is_read_again(client, flowmock):
    id = client.create("orders", LANDING_ZONE)
    flowmock.faults.fail("updateConnection", code="FLOW-1404-412", times=1)
    client.rename(id, "sales")
    assert next(client.connections())["name"] == "sales"
    flowmock.verify([{"operation": "updateConnection"}, {"operation": "getConnection"}, {"operation": "updateConnection"}])


def test_it_gives_up_when_every_etag_is_stale(client, flowmock):
    id = client.create("orders", LANDING_ZONE)
    with flowmock.faults.fail("updateConnection", code="FLOW-1404-412"), pytest.raises(Conflict):
        client.rename(id, "sales")


def test_an_error_of_the_service_is_raised(client):
    with pytest.raises(requests.HTTPError, match="404"):
        client.rename("8f0a3c1e-5f0e-4b44-9f0e-3a6a4f8f9a11", "sales")
