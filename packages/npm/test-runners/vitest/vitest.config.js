import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { globalSetup: './flowmock.setup.js', include: [process.env.TESTS ?? '*.test.js'] },
});
