import { globalSetup } from 'flowmock/vitest';

export default globalSetup({ deterministic: 7, contract: 'error' });
