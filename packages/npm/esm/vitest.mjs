export { fixtures, globalSetup } from '../dist/vitest.js';
