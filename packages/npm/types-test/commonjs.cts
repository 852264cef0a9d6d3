// The types that `require` sees.
import { FlowMock } from 'flowmock';

import jest = require('flowmock/jest');

export const start: () => Promise<FlowMock> = () => FlowMock.start({ strict: true });
export const setup: () => Promise<void> = jest.globalSetup({ contract: 'warning', minCoverage: 10 });
