import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { LAUNCHER, run } from './processes.mjs';

test('the example of the README runs', async () => {
  const readme = readFileSync(join(dirname(LAUNCHER), '../README.md'), 'utf8');
  const [block] = /import \{ FlowMock \} from 'flowmock';[^`]*await mock\.stop\(\)/.exec(readme) ?? [];
  const { code, stderr } = await run(block).ended;
  assert.equal(code, 0, stderr);
});
