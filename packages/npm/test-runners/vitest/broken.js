// Breaks a rule of the API, and fails.
import { fixtures } from 'flowmock/vitest';
import { test as base, expect } from 'vitest';

const test = base.extend(fixtures);

test('lists', async ({ flowmock }) => {
  const response = await fetch(`${flowmock.baseUrl}/connections?limt=5`, { headers: flowmock.headers() });
  expect(response.status).toBe(Number(process.env.EXPECTED_STATUS));
});
