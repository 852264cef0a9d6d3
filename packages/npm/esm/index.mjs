export {
  ContractError,
  FlowMock,
  FlowMockError,
  Organisation,
  RefusedError,
  ServerGoneError,
  StartError,
  VerificationError,
} from '../dist/index.js';
