const { globalSetup } = require('flowmock/jest');

module.exports = globalSetup({ deterministic: 7, contract: 'error' });
