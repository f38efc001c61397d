// A jest environment that writes down what each test file costs; `npm run test:measure` uses it. Linux only: it reads /proc.
const { appendFileSync, readFileSync } = require('node:fs');
const { relative } = require('node:path');
const TestEnvironment = require('./jest-environment.cjs');

const TICKS_PER_SECOND = 100;

/** Seconds of the processor: of this jest worker, and of the children that have ended. */
function used() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const seconds = (...indexes) =>
    indexes.reduce((sum, index) => sum + Number(fields[index]), 0) / TICKS_PER_SECOND;
  return { test: seconds(11, 12), children: seconds(13, 14) };
}

module.exports = class extends TestEnvironment {
  #file;
  #began;

  constructor(config, context) {
    super(config, context);
    this.#file = relative(config.globalConfig.rootDir, context.testPath);
  }

  async setup() {
    await super.setup();
    this.#began = { at: Date.now(), ...used() };
  }

  async teardown() {
    const { test, children } = used();
    const { at, ...before } = this.#began;
    const cost = {
      file: this.#file,
      wall: (Date.now() - at) / 1_000,
      test: test - before.test,
      children: children - before.children,
    };
    appendFileSync(process.env.TEST_COSTS, `${JSON.stringify(cost)}\n`);
    await super.teardown();
  }
};
