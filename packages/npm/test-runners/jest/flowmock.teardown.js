module.exports = require('flowmock/jest').globalTeardown;
