export { DEFAULT_CACHE_DIR, TEMPORAL_CLI_VERSION } from './cache';
export { type CliSource, type FindCliOptions, type FoundCli, findTemporalCli } from './find-cli';
export { type DevServer, type DevServerOptions, type SearchAttributeKind, startDevServer } from './start';
