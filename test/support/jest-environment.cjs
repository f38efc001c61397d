// Loading the libraries took most files longer than their tests: a jest worker loads them once (load-once.cjs), and each
// file has the product and the lab to itself, as ever.
const { TestEnvironment } = require('jest-environment-node');

/** Libraries ask whether something is an Error of theirs. */
const ERRORS = Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]\w*Error$|^Error$/.test(name));

const WORKER = require.resolve('@temporalio/worker');

module.exports = class extends TestEnvironment {
  #environment = { ...process.env };

  constructor(config, context) {
    super(config, context);
    this.global.loadOnce = require;
    for (const name of ERRORS) this.global[name] = globalThis[name];
    this.global.process.env = process.env; // that which libraries read
  }

  async teardown() {
    // What a file has left connected keeps the SDK's runtime; the next one may want another.
    await require.cache[WORKER]?.exports.Runtime._instance?.shutdown();
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, this.#environment);
    await super.teardown();
  }
};
