export * from '../dist/node-test.js';
