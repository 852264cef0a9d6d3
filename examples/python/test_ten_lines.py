import requests


def test_creates_a_connection(flowmock):
    connection = {"name": "orders", "connectionSpec": {"id": "10440537-2a7b-4583-ac39-ed38d4b848e8", "version": "1.0"}}
    answer = requests.post(f"{flowmock.base_url}/connections", headers=flowmock.headers(), json=connection)
    assert answer.status_code == 201
    flowmock.verify(operation="createConnection", body={"/name": "orders"}, times=1)
