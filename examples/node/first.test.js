import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useFlowMock } from 'flowmock/node-test';

const flowmock = useFlowMock(); // a server for this file

test('lists connections', async (t) => {
  const mock = await flowmock(t); // an organisation for this test
  const response = await fetch(`${mock.baseUrl}/connections`, { headers: mock.headers() });
  assert.deepEqual((await response.json()).items, []);
});
