'use strict';
// All tests in one process: the SDK is thousands of files, and the checker loads them a second time.
const { readdirSync } = require('node:fs');
const path = require('node:path');

for (const file of readdirSync(path.join(__dirname, 'tests')).sort()) {
  require(path.join(__dirname, 'tests', file));
}
