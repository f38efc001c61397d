/** Files named so take long: they are a suite of their own. */
const EXHAUSTIVE = String.raw`\.exhaustive\.test\.ts$`;
const SUITES = {
  standard: { testPathIgnorePatterns: ['/node_modules/', EXHAUSTIVE] },
  // Many of these keep the processor busy by themselves.
  exhaustive: { testRegex: [EXHAUSTIVE], maxWorkers: 5 },
};

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: '<rootDir>/test/support/jest-environment.cjs',
  testEnvironmentOptions: { globalsCleanup: 'off' }, // it would empty what the files share
  roots: ['<rootDir>/test'],
  testTimeout: 60_000,
  // Most of a test is waiting: for a role change, a settle window, a process.
  maxWorkers: 9,
  ...SUITES[process.env.TEST_SUITE],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // The demo imports the compiled product; tests take its sources.
  moduleNameMapper: { '^(?:\\.\\./)+dist/(.*)$': '<rootDir>/src/$1' },
  transformIgnorePatterns: [],
  transform: {
    '/node_modules/.+\\.c?js$': '<rootDir>/test/support/load-once.cjs',
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
};
