import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ContractError, FlowMock, FlowMockError, VerificationError } from 'flowmock';

const SPEC = '10440537-2a7b-4583-ac39-ed38d4b848e8';
const CONNECTION = { name: 'orders', connectionSpec: { id: SPEC, version: '1.0' } };
let mock;
before(async () => {
  mock = await FlowMock.start({ deterministic: 1 });
});
after(() => mock.stop());

async function create(part, headers = part.headers()) {
  const response = await fetch(`${part.baseUrl}/connections`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(CONNECTION),
  });
  return response;
}

async function names(part) {
  const { organisations } = await part.state();
  return (organisations?.[0]?.sandboxes ?? []).flatMap(({ connections }) => connections.map(({ name }) => name));
}

test('headers name organisation, sandbox, token, client and test', () => {
  const headers = mock.headers({
    org: 'A@AdobeOrg',
    sandbox: 'dev',
    token: 'abc',
    apiKey: 'k',
    consumer: 'c',
    test: 'prüft',
  });
  assert.deepEqual(headers, {
    Authorization: 'Bearer abc',
    'x-api-key': 'k',
    'x-gw-ims-org-id': 'A@AdobeOrg',
    'x-sandbox-name': 'dev',
    'x-flowmock-consumer': 'c',
    'x-flowmock-test': 'pr?ft',
  });
});

test('an organisation sees and resets only itself', async () => {
  const [one, other] = [mock.organisation(), mock.organisation()];
  assert.match(one.org, /^[0-9A-F]{24}@AdobeOrg$/);
  assert.notEqual(one.org, other.org);
  await one.seed({ connections: [CONNECTION] });
  await other.seed({ connections: [CONNECTION] }, 'dev');
  await one.reset();
  assert.deepEqual(await names(one), []);
  assert.deepEqual(await names(other), ['orders']);
  assert.equal((await create(one)).status, 201);
  assert.equal((await one.requests({ operation: 'createConnection' })).length, 1);
  assert.equal((await other.requests()).length, 0);
  assert.equal(await one.clearRequests(), 1);
});

test('a seed may be YAML, and a wrong one is refused with its place', async () => {
  const organisation = mock.organisation('YAML@AdobeOrg');
  await organisation.seed(`
organisations:
- imsOrgId: YAML@AdobeOrg
  sandboxes:
  - name: prod
    connections:
    - name: events
      connectionSpec: {id: ${SPEC}}
`);
  assert.deepEqual(await names(organisation), ['events']);
  await assert.rejects(organisation.seed({ connections: [{ nme: 'x' }] }), (error) => {
    assert.ok(error instanceof FlowMockError);
    assert.equal(error.status, 400);
    assert.match(error.message, /POST \/_flowmock\/state: 400: \/organisations\/0\/sandboxes\/0\/connections\/0/);
    return true;
  });
});

test('verify passes, or throws with the nearest request; check returns the result', async () => {
  const organisation = mock.organisation();
  await create(organisation);
  const verification = await organisation.verify({ operation: 'createConnection', body: { '/name': 'orders' } });
  assert.equal(verification.count, 1);
  await assert.rejects(organisation.verify({ operation: 'createConnection', body: { '/name': 'sales' } }), (error) => {
    assert.ok(error instanceof VerificationError);
    assert.match(error.message, /expected "sales"\n\s+received "orders"/);
    return true;
  });
  const order = [{ operation: 'createConnection' }, { operation: 'listConnections' }];
  assert.equal((await organisation.check(order)).failed, 1);
  await assert.rejects(mock.organisation().verify({ operation: 'createConnection' }), VerificationError);
});

test('faults of an organisation leave the others alone', async () => {
  const [flaky, sound] = [mock.organisation(), mock.organisation()];
  const [rule] = await flaky.faults.add({
    match: { operation: 'createConnection' },
    action: { error: 'FLOW-1103-503' },
  });
  assert.equal((await create(flaky)).status, 503);
  assert.equal((await create(sound)).status, 201);
  assert.deepEqual(
    (await flaky.faults.list()).map(({ id, fired }) => [id, fired]),
    [[rule.id, 1]],
  );
  assert.deepEqual(await sound.faults.list(), []);
  assert.equal((await flaky.faults.get(rule.id)).fired, 1);
  await flaky.faults.remove(rule.id);
  await flaky.faults.replace([{ action: { delayMs: 1 } }]);
  await flaky.faults.clear();
  assert.equal((await create(flaky)).status, 201);
});

test('snapshots of an organisation are its own', async () => {
  const [one, other] = [mock.organisation(), mock.organisation()];
  await one.seed({ connections: [CONNECTION] });
  await one.snapshots.save('before');
  await other.snapshots.save('before');
  await one.reset();
  await one.snapshots.restore('before');
  assert.deepEqual(await names(one), ['orders']);
  assert.deepEqual(
    (await one.snapshots.list()).map(({ name, imsOrgId }) => [name, imsOrgId]),
    [['before', one.org]],
  );
  await one.snapshots.delete('before');
  await assert.rejects(one.snapshots.restore('before'), /404: .*there is no snapshot/);
  assert.equal((await other.snapshots.list()).length, 1);
});

test('a token is issued, and accepted where no other is', async () => {
  const server = await FlowMock.start({ auth: 'issued' });
  try {
    const organisation = server.organisation();
    const list = (token) => fetch(`${server.baseUrl}/connections`, { headers: organisation.headers({ token }) });
    assert.equal((await list('token')).status, 401);
    assert.equal((await list(await organisation.token())).status, 200);
    await assert.rejects(organisation.token({ scope: '"' }), { name: 'RefusedError', status: 400 });
  } finally {
    await server.stop();
  }
});

test('setState replaces everything', async () => {
  const server = await FlowMock.start();
  await server.organisation().seed({ connections: [CONNECTION] });
  await server.setState({
    organisations: [{ imsOrgId: 'NEW@AdobeOrg', sandboxes: [{ name: 'prod', connections: [CONNECTION] }] }],
  });
  assert.deepEqual(
    (await server.state()).organisations.map(({ imsOrgId }) => imsOrgId),
    ['NEW@AdobeOrg'],
  );
  await server.stop();
});

test('the clock is set, advanced, run and reset', async () => {
  await mock.clock.set(new Date('2027-05-05T00:00:00Z'));
  assert.equal((await mock.clock.advance(1500)).now, '2027-05-05T00:00:01.500Z');
  assert.equal((await mock.clock.set('2027-01-01T00:00:00Z')).running, false);
  assert.equal((await mock.organisation().clock.run()).running, true);
  assert.equal((await mock.clock.stop()).running, false);
  assert.equal((await mock.clock.reset()).now, '2026-01-01T00:00:00.000Z');
  assert.equal((await mock.clock.get()).epochMs, (await mock.clock.now()).getTime());
});

test('outcomes of runs are ordered and forgotten for one organisation', async () => {
  const organisation = mock.organisation();
  await organisation.runs.order({ outcome: 'copyFailed', code: '2200' });
  const [orders] = await organisation.runs.list();
  assert.deepEqual([orders.imsOrgId, orders.sandbox, orders.default.outcome], [organisation.org, 'prod', 'copyFailed']);
  await organisation.runs.forget();
  assert.equal((await organisation.runs.list())[0].default.outcome, 'success');
  await assert.rejects(organisation.runs.end('0b5b2f5e-58a5-4a5c-8c5e-5f5f0f0f0f0f', { end: 'finish' }), {
    status: 404,
  });
  await assert.rejects(mock.runs.order({ outcome: 'success' }), /has no flowId/);
});

test('a contract report names the broken rule, and assertContract throws it', async () => {
  const server = await FlowMock.start();
  try {
    await assert.rejects(server.assertContract(), /no request was examined/);
    const organisation = server.organisation();
    const headers = organisation.headers({ consumer: 'importer', test: 'lists' });
    await fetch(`${server.baseUrl}/connections`, { headers });
    await server.assertContract({ consumer: 'importer' });
    await fetch(`${server.baseUrl}/connections?limt=5`, { headers });
    const report = await server.contract();
    assert.equal(report.consumers[0].broken[0].rule, 'parameter-unknown');
    assert.equal(report.consumers[0].tests[0].name, 'lists');
    await assert.rejects(organisation.assertContract(), (error) => {
      assert.ok(error instanceof ContractError);
      assert.match(error.message, /importer broke 1 rule: parameter-unknown/);
      return true;
    });
    await server.assertContract({ failOn: 'never' });
    assert.match(await server.contractText('junit'), /<testsuites/);
    await server.resetContract();
    assert.equal((await server.contract()).examined, 0);
  } finally {
    await server.stop();
  }
});
