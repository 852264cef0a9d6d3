const { useFlowMock } = require('flowmock/jest');

const flowmock = useFlowMock();
const CONNECTION = { name: 'orders', connectionSpec: { id: '10440537-2a7b-4583-ac39-ed38d4b848e8' } };

describe('each test has an organisation of its own', () => {
  test.each([1, 2, 3])('test %i', async () => {
    const mock = flowmock();
    const headers = { ...mock.headers(), 'content-type': 'application/json' };
    const response = await fetch(`${mock.baseUrl}/connections`, {
      method: 'POST',
      headers,
      body: JSON.stringify(CONNECTION),
    });
    expect(response.status).toBe(201);
    expect(await mock.requests()).toHaveLength(1);
  });

  test('the workers share one server', () => {
    expect(flowmock().url).toBe(process.env.FLOWMOCK_URL);
  });

  test('fake timers do not disturb it', async () => {
    jest.useFakeTimers();
    await flowmock().seed({ connections: [CONNECTION] });
    jest.useRealTimers();
  });
});
