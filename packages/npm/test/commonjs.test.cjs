'use strict';
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { FlowMock } = require('flowmock');

test('require and import give one class', async () => {
  assert.equal((await import('flowmock')).FlowMock, FlowMock);
  for (const path of ['flowmock/node-test', 'flowmock/vitest', 'flowmock/jest']) {
    assert.deepEqual(Object.keys(await import(path)).sort(), Object.keys(require(path)).sort());
  }
  assert.deepEqual(Object.keys(await import('flowmock')).sort(), Object.keys(require('flowmock')).sort());
  const mock = await FlowMock.start();
  await mock.stop();
});
