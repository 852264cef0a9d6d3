export { useFlowMock } from '../dist/node-test.js';
