module.exports = {
  globalSetup: './flowmock.setup.js',
  globalTeardown: './flowmock.teardown.js',
  testMatch: [`<rootDir>/${process.env.TESTS ?? '*.test.js'}`],
};
