"""A small client of the Flow Service. It is what the tests test."""

import requests

LANDING_ZONE = {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8", "version": "1.0"}


def create_connection(base_url: str, headers: dict[str, str], name: str) -> str:
    """Create a connection and return its id; try again once if the service is overloaded."""
    body = {"name": name, "connectionSpec": LANDING_ZONE}
    response = requests.post(f"{base_url}/connections", headers=headers, json=body, timeout=10)
    if response.status_code == 503:
        response = requests.post(f"{base_url}/connections", headers=headers, json=body, timeout=10)
    response.raise_for_status()
    return str(response.json()["id"])
