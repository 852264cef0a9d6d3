// Breaks a rule of the API, and fails.
const { useFlowMock } = require('flowmock/jest');

const flowmock = useFlowMock();

test('lists', async () => {
  const response = await fetch(`${flowmock().baseUrl}/connections?limt=5`, { headers: flowmock().headers() });
  expect(response.status).toBe(Number(process.env.EXPECTED_STATUS));
});
