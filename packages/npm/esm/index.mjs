export { ContractError, FlowMock, FlowMockError, Organisation, VerificationError } from '../dist/index.js';
