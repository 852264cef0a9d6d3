export { globalSetup, globalTeardown, useFlowMock } from '../dist/jest.js';
