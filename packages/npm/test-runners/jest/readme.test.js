const { useFlowMock } = require('flowmock/jest');

const flowmock = useFlowMock();

test('lists connections', async () => {
  const response = await fetch(`${flowmock().baseUrl}/connections`, { headers: flowmock().headers() });
  expect((await response.json()).items).toEqual([]);
});
