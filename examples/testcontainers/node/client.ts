// A small client of the Flow Service. It is what the test tests.
const LANDING_ZONE = { id: '10440537-2a7b-4583-ac39-ed38d4b848e8', version: '1.0' };

/** Creates a connection and returns its id; tries again once if the service is overloaded. */
export async function createConnection(baseUrl: string, headers: Record<string, string>, name: string): Promise<string> {
  for (let attempt = 1; ; attempt++) {
    const response = await fetch(`${baseUrl}/connections`, {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name, connectionSpec: LANDING_ZONE }),
    });
    if (response.status === 503 && attempt === 1) continue;
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
    return ((await response.json()) as { id: string }).id;
  }
}
