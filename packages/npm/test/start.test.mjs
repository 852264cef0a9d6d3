import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FlowMock, FlowMockError, ServerGoneError, StartError } from 'flowmock';
import { environment, gone, run, says, until } from './processes.mjs';

const CONNECTION = { name: 'orders', connectionSpec: { id: '10440537-2a7b-4583-ac39-ed38d4b848e8' } };
const SEED = {
  organisations: [{ imsOrgId: 'SEED@AdobeOrg', sandboxes: [{ name: 'prod', connections: [CONNECTION] }] }],
};
const START = "import { FlowMock } from 'flowmock'; const mock = await FlowMock.start(); console.log(mock.url);";

test('a server listens when start returns, and its process has ended when stop returns', async () => {
  const mock = await FlowMock.start();
  assert.equal((await fetch(`${mock.url}/_flowmock/health`)).status, 200);
  assert.equal(mock.baseUrl, `${mock.url}/data/foundation/flowservice`);
  assert.ok(mock.started);
  await mock.stop();
  assert.ok(await gone(mock.url));
  await mock.stop(); // again, to no effect
});

test('options become flags, seeds are documents or files, and a reset returns to them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seed-'));
  const file = join(folder, 'seed.json');
  writeFileSync(file, JSON.stringify(SEED).replace('SEED@', 'FILE@'));
  const mock = await FlowMock.start({
    deterministic: 7,
    seed: [SEED, file],
    faults: [{ id: 'slow', action: { delayMs: 1 } }],
    allowSandbox: ['prod', 'dev'],
    args: ['--journal-requests', '10'],
    logLevel: 'warn',
  });
  try {
    assert.equal((await mock.clock.now()).toISOString(), '2026-01-01T00:00:00.000Z');
    for (const id of ['SEED@AdobeOrg', 'FILE@AdobeOrg']) {
      const state = await mock.organisation(id).state();
      assert.equal(state.organisations[0].sandboxes[0].connections[0].name, 'orders');
    }
    await mock.seed({ organisations: [{ ...SEED.organisations[0], imsOrgId: 'NEW@AdobeOrg' }] });
    await mock.reset();
    assert.equal((await mock.state()).organisations.length, 2);
    assert.equal((await mock.faults.list())[0].id, 'slow');
    const info = await (await fetch(`${mock.url}/_flowmock/info`)).json();
    assert.equal(info.configuration.journalRequests, 10);
    assert.deepEqual(info.configuration.allowSandboxes, ['prod', 'dev']);
    assert.equal(mock.log(), '');
  } finally {
    await mock.stop();
    rmSync(folder, { recursive: true });
  }
});

test('a refused flag shows the message of the server', async () => {
  await assert.rejects(FlowMock.start({ clock: 'yesterday' }), (error) => {
    assert.ok(error instanceof StartError && error instanceof FlowMockError);
    assert.match(error.message, /yesterday.*--clock.*2026-01-01T00:00:00Z/);
    return true;
  });
  await assert.rejects(FlowMock.start({ seed: { organisation: [] } }), /seed-0\.json.*did you mean organisations/s);
  await assert.rejects(FlowMock.start({ determinist: 7 }), /FlowMock\.start has no option determinist/);
});

test('a control token is asked for, and sent', async () => {
  const mock = await FlowMock.start({ controlToken: 'secret' });
  try {
    assert.equal((await fetch(`${mock.url}/_flowmock/info`)).status, 401);
    await mock.reset();
    const other = await FlowMock.connect(mock.url, { controlToken: 'wrong' });
    await assert.rejects(other.reset(), { name: 'RefusedError', status: 401 });
  } finally {
    await mock.stop();
  }
});

test('FLOWMOCK_URL: the server there is used, seeded, and never stopped', async () => {
  const mock = await FlowMock.start();
  try {
    const { code, stderr } = await run(
      `import { FlowMock } from 'flowmock';
       const mock = await FlowMock.start({ strict: true, seed: ${JSON.stringify(SEED)} });
       if (mock.url !== '${mock.url}' || mock.started) process.exit(3);
       await mock.stop();`,
      { env: environment({ FLOWMOCK_URL: `${mock.url}/`, FLOWMOCK_BINARY: '/nowhere' }) },
    ).ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /these options have no effect: strict/);
    assert.equal((await mock.state()).organisations[0].imsOrgId, 'SEED@AdobeOrg');
  } finally {
    await mock.stop();
  }
});

test('FLOWMOCK_URL without a server, or that is no address, is named', async () => {
  const start = "import { FlowMock } from 'flowmock'; await FlowMock.start({ startTimeoutMs: 0 });";
  const dead = await run(start, { env: environment({ FLOWMOCK_URL: 'http://127.0.0.1:9' }) }).ended;
  assert.match(dead.stderr, /http:\/\/127\.0\.0\.1:9\/_flowmock\/health: flowmock does not answer/);
  const bad = await run(start, { env: environment({ FLOWMOCK_URL: 'localhost' }) }).ended;
  assert.match(bad.stderr, /localhost is no address of a server, such as http:\/\/127\.0\.0\.1:8080/);
});

test('FLOWMOCK_BINARY names the binary; one that cannot run is an error that says so', async () => {
  const missing = await run(START, { env: environment({ FLOWMOCK_BINARY: '/nowhere/flowmock' }) }).ended;
  assert.match(missing.stderr, /FLOWMOCK_BINARY names \/nowhere\/flowmock, which is no executable file/);
  const other = await run(START, { env: environment({ FLOWMOCK_BINARY: process.execPath }) }).ended;
  assert.match(other.stderr, /bad option: --listen/);
});

test('without FLOWMOCK_BINARY it is the packaged binary, and a program on the PATH can stand in', async () => {
  const { url: wanted } = await run(START).ended.then(({ stdout }) => ({ url: stdout.trim() }));
  assert.match(wanted, /^http:/);
  const { stdout } = await run(
    `import { createRequire } from 'node:module';
     const require = createRequire(createRequire(import.meta.url).resolve('flowmock'));
     console.log(require('./binary.js').findBinary());`,
  ).ended;
  const folder = mkdtempSync(join(tmpdir(), 'path-'));
  try {
    symlinkSync(stdout.trim(), join(folder, 'flowmock'));
    const env = environment({ FLOWMOCK_BINARY: undefined, PATH: folder });
    const found = await run(START, { env }).ended;
    assert.match(found.stdout, /^http:/, found.stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a killed process takes its server with it', async () => {
  const parent = run(`${START} setInterval(() => {}, 1000);`);
  const [url] = await says(parent, /http:\S+/);
  assert.ok(!(await gone(url)));
  parent.child.kill('SIGKILL');
  assert.equal((await parent.ended).signal, 'SIGKILL');
  await until(() => gone(url));
});

test('a process that forgets to stop ends by itself, with its server and its temporary folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forgets-'));
  try {
    const { code, stdout } = await run(START, { env: environment({ TMPDIR: folder }) }).ended;
    assert.equal(code, 0);
    await until(() => gone(stdout.trim()));
    assert.deepEqual(readdirSync(folder), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('ten servers start at once', async () => {
  const mocks = await Promise.all(Array.from({ length: 10 }, () => FlowMock.start()));
  assert.equal(new Set(mocks.map(({ url }) => url)).size, 10);
  await Promise.all(mocks.map((mock) => mock.stop()));
});

test('a server that died is named, with the end of its log', async () => {
  const mock = await FlowMock.start();
  await mock.reset();
  await until(() => mock.log() !== '');
  const pid = await serverOf(mock);
  process.kill(pid, 'SIGKILL');
  await until(() => gone(mock.url));
  await assert.rejects(mock.reset(), /flowmock does not answer: .*ECONNREFUSED.*\nThe end of its log:\n/);
  await assert.rejects(mock.reset(), ServerGoneError);
  await assert.rejects(mock.stop(), /flowmock ended with SIGKILL/);
});

test('Symbol.asyncDispose stops the server', { skip: !Symbol.asyncDispose }, async () => {
  const mock = await FlowMock.start();
  await mock[Symbol.asyncDispose]();
  assert.ok(await gone(mock.url));
});

// The process id stands in the port file beside the log.
async function serverOf(mock) {
  const { readFile } = await import('node:fs/promises');
  return JSON.parse(await readFile(mock.logFile.replace(/log$/, 'port.json'), 'utf8')).pid;
}
