/** What the global set-up prepared, for tests; asking for something it could not prepare is an error. */
export const testEnvironment = {
  /** gRPC address of the run's Temporal server; its namespace is `default`. */
  temporalAddress: () => prepared('TEST_TEMPORAL_ADDRESS'),
  /** Base of the same server's HTTP API. */
  temporalHttpUrl: () => prepared('TEST_TEMPORAL_HTTP_URL'),
  /** Path of the Temporal CLI. */
  temporalCli: () => prepared('TEST_TEMPORAL_CLI'),
  /** A folder for what is to be searched for secrets when all tests are over. */
  records: () => prepared('TEST_RECORDS'),
  /** Path of the prebuilt workflow bundle. */
  workflowBundle: () => prepared('TEST_WORKFLOW_BUNDLE'),
};

function prepared(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: see what the global set-up of this jest run printed`);
  return value;
}
