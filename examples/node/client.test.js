import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useFlowMock } from 'flowmock/node-test';
import { FlowServiceClient, FlowServiceError } from './client.js';

// After the tests of this file, the contract report must be free of errors.
const flowmock = useFlowMock({ contract: 'error' });
const LANDING_ZONE = { connectionSpec: { id: '10440537-2a7b-4583-ac39-ed38d4b848e8', version: '1.0' } };

async function start(t) {
  const mock = await flowmock(t);
  return { mock, client: new FlowServiceClient(mock.baseUrl, mock.headers()) };
}

test('creates a connection', async (t) => {
  const { mock, client } = await start(t);
  const id = await client.create({ name: 'orders', ...LANDING_ZONE });
  const { organisations } = await mock.state();
  assert.equal(organisations[0].sandboxes[0].connections[0].id, id);
  await mock.verify({ operation: 'createConnection', body: { '/name': 'orders' }, times: { exactly: 1 } });
});

test('reads all pages', async (t) => {
  const { mock, client } = await start(t);
  await mock.seed({ connections: Array.from({ length: 25 }, (_, index) => ({ name: `c${index}`, ...LANDING_ZONE })) });
  const names = new Set();
  for await (const { name } of client.connections(10)) names.add(name);
  assert.equal(names.size, 25);
  await mock.verify({ operation: 'listConnections', times: { exactly: 3 } });
});

test('tries again after a 503', async (t) => {
  const { mock, client } = await start(t);
  await mock.faults.add({ match: { operation: 'createConnection' }, times: 1, action: { error: 'FLOW-1103-503' } });
  assert.ok(await client.create({ name: 'orders', ...LANDING_ZONE }));
  await mock.verify({ operation: 'createConnection', times: { exactly: 2 } });
});

test('reads a connection again that somebody else has changed', async (t) => {
  const { mock, client } = await start(t);
  const id = await client.create({ name: 'orders', ...LANDING_ZONE });
  await mock.faults.add({ match: { operation: 'updateConnection' }, times: 1, action: { error: 'FLOW-1404-412' } });
  await client.rename(id, 'sales');
  await mock.verify({ operation: 'getConnection', times: { exactly: 2 } });
});

test('says what the service refused', async (t) => {
  const { client } = await start(t);
  await assert.rejects(client.rename('00000000-0000-4000-8000-000000000000', 'x'), (error) => {
    assert.ok(error instanceof FlowServiceError);
    assert.equal(error.status, 404);
    return true;
  });
});
