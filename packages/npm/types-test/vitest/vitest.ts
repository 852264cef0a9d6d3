// The fixtures in a test of a user, by Vitest's own types.
import type { Organisation } from 'flowmock';
import { fixtures, globalSetup } from 'flowmock/vitest';
import { test as base } from 'vitest';

const test = base.extend(fixtures);

test('lists connections', async ({ flowmock, task }) => {
  const organisation: Organisation = flowmock;
  await organisation.verify({ operation: task.name });
});

test.for([1, 2])('test %i', async (_, { flowmock }) => {
  await flowmock.reset();
  // @ts-expect-error: there is no such method
  await flowmock.rest();
});

export default globalSetup({ contract: 'warning' });
