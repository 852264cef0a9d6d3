import assert from 'node:assert/strict';
import { test } from 'node:test';
import { useFlowMock } from 'flowmock/node-test';
import { FOLDER, run } from './processes.mjs';

const flowmock = useFlowMock({ deterministic: 3, contract: 'error' });
const seen = new Set();

for (const name of ['one test', 'another test']) {
  test(`${name} has an organisation of its own`, async (t) => {
    const mock = await flowmock(t);
    assert.ok(!seen.has(mock.org));
    seen.add(mock.org);
    assert.equal(mock.headers()['x-flowmock-test'], t.name);
    const response = await fetch(`${mock.baseUrl}/connections`, { headers: mock.headers() });
    assert.equal(response.status, 200);
    assert.equal((await mock.requests()).length, 1);
    assert.equal(flowmock.server.url, mock.url);
  });
}

test('a broken rule fails the file with the report, and a failed test shows its requests', async (t) => {
  // The runner marks the processes of its files; this one is a runner of its own.
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const { code, stdout } = await run(['--test', '--test-reporter=tap', `${FOLDER}/fixtures/breaks-a-rule.mjs`], { env })
    .ended;
  assert.equal(code, 1);
  assert.match(stdout, /parameter-unknown/);
  // Old versions of Node do not tell whether a test passed.
  if (t.passed !== undefined) assert.match(stdout, /GET .*\/connections\?limt=5: 400 FLOW-1451-400/);
});
