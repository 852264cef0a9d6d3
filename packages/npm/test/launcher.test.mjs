import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlowMock } from 'flowmock';
import { gone, LAUNCHER, run, says, until } from './processes.mjs';

const SERVER = [LAUNCHER, '--listen', '127.0.0.1:0'];

test('arguments and the exit code pass through', async () => {
  const version = await run([LAUNCHER, '--version']).ended;
  assert.match(version.stdout, /^flowmock \d+\.\d+\.\d+/);
  assert.equal(version.code, 0);
  const wrong = await run([LAUNCHER, '--no-such-flag']).ended;
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--no-such-flag/);
});

test('standard input passes through', async () => {
  const mock = await FlowMock.start();
  try {
    const command = [LAUNCHER, 'verify', '--url', mock.url, '-'];
    const verdict = await run(command, { input: '{"operation": "listConnections"}' }).ended;
    assert.equal(verdict.code, 1);
    assert.match(verdict.stdout, /operation: listConnections/);
    await fetch(`${mock.baseUrl}/connections`, { headers: mock.headers() });
    assert.equal((await run(command, { input: '{"operation": "listConnections"}' }).ended).code, 0);
  } finally {
    await mock.stop();
  }
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  test(`${signal} stops the server, with its exit code`, async () => {
    const launcher = run(SERVER);
    const [url] = await says(launcher, /http:\S+/);
    launcher.child.kill(signal);
    const { code, stderr } = await launcher.ended;
    assert.equal(code, 0, stderr);
    assert.ok(await gone(url));
  });
}

test('a killed launcher takes the server with it', async () => {
  const launcher = run(SERVER);
  const [url] = await says(launcher, /http:\S+/);
  launcher.child.kill('SIGKILL');
  await until(() => gone(url));
});
