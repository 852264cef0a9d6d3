import { fixtures } from 'flowmock/vitest';
import { test as base, describe, expect, vi } from 'vitest';

const test = base.extend(fixtures);
const CONNECTION = { name: 'orders', connectionSpec: { id: '10440537-2a7b-4583-ac39-ed38d4b848e8' } };

describe('each test has an organisation of its own', () => {
  test.concurrent.for([1, 2, 3, 4])('test %i', async (_, { flowmock }) => {
    await create(flowmock);
    expect(await flowmock.requests()).toHaveLength(1);
  });

  test('a deterministic server gives it the same ids in every run', async ({ flowmock }) => {
    expect(flowmock.org).toBe('50EDF1DFB7513F4DE62089A8@AdobeOrg');
    expect(flowmock.url).toBe(process.env.FLOWMOCK_URL);
  });

  test('fake timers and a fake fetch do not disturb it', async ({ flowmock }) => {
    vi.useFakeTimers();
    vi.stubGlobal('fetch', () => Promise.reject(new Error('fake')));
    await flowmock.seed({ connections: [CONNECTION] });
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
});

async function create(mock) {
  const headers = { ...mock.headers(), 'content-type': 'application/json' };
  const response = await fetch(`${mock.baseUrl}/connections`, {
    method: 'POST',
    headers,
    body: JSON.stringify(CONNECTION),
  });
  expect(response.status).toBe(201);
}
