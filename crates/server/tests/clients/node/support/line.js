'use strict';
// Which of the two pinned lines of the SDK is driven: MERGE_LINE is `current` or `older`.
const path = require('node:path');

const name = process.env.MERGE_LINE;
const VERSIONS = { current: '4.0.4', older: '2.2.0' };
if (!(name in VERSIONS)) {
  throw new Error(`MERGE_LINE is ${name}, not one of ${Object.keys(VERSIONS)}`);
}
const folder = path.dirname(require.resolve(`merge-${name}/package.json`));

module.exports = {
  CURRENT: name === 'current',
  version: require(`merge-${name}/package.json`).version,
  pinned: VERSIONS[name],
  folder,
  sdk: require(folder),
  // Values of `expand`: today's line takes a list and joins it, the older one has the joined word.
  several: (...names) => (name === 'current' ? names : names.join(',')),
};
