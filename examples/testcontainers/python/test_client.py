"""Start flowmock's image with Testcontainers: `docker build -t flowmock .` in the project, then `pytest` here."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
import requests
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HealthcheckWaitStrategy

from client import create_connection

FAULT = {"match": {"operation": "createConnection"}, "times": 1, "action": {"error": "FLOW-1103-503"}}


@pytest.fixture(scope="session")
def flowmock() -> Iterator[str]:
    """The address of a container, which is healthy."""
    # The image has a health check, so nothing has to look at its log.
    image = DockerContainer("flowmock:latest").with_exposed_ports(8080)
    with image.waiting_for(HealthcheckWaitStrategy().with_startup_timeout(60)) as container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(8080)}"


@pytest.fixture
def org() -> str:
    """An organisation that no other test sees."""
    return f"{uuid.uuid4().hex[:24].upper()}@AdobeOrg"


def headers(org: str) -> dict[str, str]:
    """The headers that every call needs."""
    return {"Authorization": "Bearer token", "x-api-key": "key", "x-gw-ims-org-id": org, "x-sandbox-name": "prod"}


def verify(url: str, org: str, times: int) -> None:
    """Fail unless that many connections were created."""
    expected = {"operation": "createConnection", "imsOrgId": org, "times": {"exactly": times}}
    answer = requests.post(f"{url}/_flowmock/verify", json=expected, timeout=10).json()
    assert answer["passed"], answer["message"]


def test_creates_a_connection(flowmock: str, org: str) -> None:
    connection = create_connection(f"{flowmock}/data/foundation/flowservice", headers(org), "orders")
    assert uuid.UUID(connection)
    verify(flowmock, org, 1)


def test_tries_again_after_a_503(flowmock: str, org: str) -> None:
    requests.post(f"{flowmock}/_flowmock/faults", params={"imsOrgId": org}, json=FAULT, timeout=10).raise_for_status()
    create_connection(f"{flowmock}/data/foundation/flowservice", headers(org), "orders")
    verify(flowmock, org, 2)
