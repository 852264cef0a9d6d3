/** flowmock in tests: starts the server, seeds and resets it, makes it fail, and asks it what clients did. */
export type { Clock, Faults, Runs, Snapshots } from './controls.js';
export {
  ContractError,
  FlowMockError,
  RefusedError,
  ServerGoneError,
  StartError,
  VerificationError,
} from './errors.js';
export { FlowMock } from './mock.js';
export type { StartOptions } from './options.js';
export { Organisation } from './organisation.js';
export type * from './types.js';
