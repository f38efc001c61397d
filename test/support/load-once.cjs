// Makes of a library's file one that asks jest-environment.cjs for it. The global set-up has no such environment.
const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');

const own = readFileSync(__filename);

module.exports = {
  getCacheKey: (source, path) => createHash('sha256').update(own).update(`${path}\n${source}`).digest('hex'),
  process: (source, path) => {
    const once = `if (typeof loadOnce === 'function') { module.exports = loadOnce(${JSON.stringify(path)}); return; }`;
    return { code: `'use strict'; ${once} ${source}` };
  },
};
