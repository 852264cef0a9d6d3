import { fixtures } from 'flowmock/vitest';
import { test as base, expect } from 'vitest';

const test = base.extend(fixtures);

test('lists connections', async ({ flowmock }) => {
  const response = await fetch(`${flowmock.baseUrl}/connections`, { headers: flowmock.headers() });
  expect((await response.json()).items).toEqual([]);
});
