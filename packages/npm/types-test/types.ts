// Compiled with `tsc --strict` against the installed package, as a user's test would be: without types of Node.
import { FlowMock, type Organisation, type Verification } from 'flowmock';
import { globalTeardown, globalSetup as jestSetup, useFlowMock as useInJest } from 'flowmock/jest';
import { type NodeTestFlowMock, useFlowMock } from 'flowmock/node-test';
import { fixtures, globalSetup } from 'flowmock/vitest';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const check = <_ extends true>(): void => {};

export async function controls(): Promise<void> {
  await using mock = await FlowMock.start({
    deterministic: 7,
    seed: [{ organisations: [] }, 'seed.yaml'],
    allowSandbox: 'dev',
  });
  const organisation: Organisation = mock.organisation('TEST@AdobeOrg');
  const headers: Record<string, string> = organisation.headers({ sandbox: 'dev' });
  await organisation.seed({ connections: [{ name: 'orders', ...headers }] }, 'dev');
  const verification = await mock.verify([{ operation: 'createConnection', body: { '/name': { contains: 'o' } } }]);
  check<Equal<typeof verification, Verification>>();
  await mock.faults.add({ match: { sandbox: 'dev' }, times: 1, action: { reset: true, effect: 'before' } });
  const time: Date = await mock.clock.now();
  await mock.clock.set(time);
  await organisation.runs.order([{ flowId: 'x', run: 3, outcome: 'copyFailed', code: '1337' }]);
  const broken = (await mock.contract()).consumers[0]?.broken[0]?.rule;
  check<Equal<typeof broken, string | undefined>>();
  await mock.assertContract({ failOn: 'warning', minCoverage: 5 });

  // @ts-expect-error: no such option
  await FlowMock.start({ determinist: 7 });
  // @ts-expect-error: the organisation of a view is fixed
  organisation.headers({ org: 'OTHER@AdobeOrg' });
  // @ts-expect-error: a rule needs an action
  await mock.faults.add({ times: 1 });
  // @ts-expect-error: servers are made by start and connect
  new FlowMock();
}

export const setups: unknown[] = [globalSetup({ contract: 'error' }), jestSetup(), globalTeardown, useInJest, fixtures];
export const inNode: (options: { contract: 'error' }) => NodeTestFlowMock = useFlowMock;
