export { DEFAULT_CACHE_DIR } from './cache';
export { type CliSource, type FindCliOptions, type FoundCli, findTemporalCli } from './find-cli';
export { TEMPORAL_CLI_VERSION } from './pinned';
export { type DevServer, type DevServerOptions, type SearchAttributeKind, startDevServer } from './start';
