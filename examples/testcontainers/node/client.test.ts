// Starts flowmock's image with Testcontainers: `docker build -t flowmock .` in the project, then `npm test` here.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { FlowMock } from 'flowmock';
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers';
import { createConnection } from './client.js';

let container: StartedTestContainer;
let mock: FlowMock;

before(async () => {
  // The image has a health check, so nothing has to look at its log.
  container = await new GenericContainer('flowmock:latest')
    .withExposedPorts(8080)
    .withWaitStrategy(Wait.forHealthCheck())
    .withStartupTimeout(60_000)
    .start();
  mock = await FlowMock.connect(`http://${container.getHost()}:${container.getMappedPort(8080)}`);
});
after(async () => {
  await container?.stop();
});

test('creates a connection', async () => {
  const organisation = mock.organisation(); // no other test sees it
  const id = await createConnection(mock.baseUrl, organisation.headers(), 'orders');
  assert.equal(id.length, 36);
  await organisation.verify({ operation: 'createConnection', times: { exactly: 1 } });
});

test('tries again after a 503', async () => {
  const organisation = mock.organisation();
  await organisation.faults.add({ times: 1, action: { error: 'FLOW-1103-503' } });
  await createConnection(mock.baseUrl, organisation.headers(), 'orders');
  await organisation.verify({ operation: 'createConnection', times: { exactly: 2 } });
});
