import type { SinkSettings } from '../notify';
import type { Databases } from '../postgres';
import type { ApiRate } from './api-rate';
import { type Env, type Read, stateFolder, withoutEmpty } from './environment';
import { type EvidenceSettings, readEvidence } from './evidence';
import { readNotify } from './notify';
import { readTemporal, type TemporalConfig, taskQueueOf } from './temporal';
import { readApiRate, readBaseUrl, readPairs, readToken, readWorker, type WorkerConfig } from './worker';

/** The configuration part by part: whoever looks for all that is wrong goes on with what is right. */
export interface ConfigSurvey {
  /** What CONFIG_INVALID would list. */
  faults: string[];
  baseUrl: Read<string>;
  token: Read<WorkerConfig['aiven']['token']>;
  apiRate: Read<ApiRate | undefined>;
  databases: Read<Databases>;
  evidence: Read<EvidenceSettings>;
  sinks: Read<SinkSettings[]>;
  temporal: Read<TemporalConfig>;
  taskQueue: string;
}

/** Reads everything and throws nothing. */
export function surveyConfig(env: Env): ConfigSurvey {
  const settings = withoutEmpty(env);
  const temporal = readTemporal(env);
  return {
    faults: [readWorker(env), temporal].flatMap((part) => ('faults' in part ? part.faults : [])),
    // As if nothing else were set: a fault elsewhere is said once, and hides nothing.
    baseUrl: readBaseUrl(env),
    token: readToken(env),
    apiRate: readApiRate(env),
    databases: readPairs(settings.SWITCHBACK_DATABASES, env),
    evidence: readEvidence(env, stateFolder(env)),
    sinks: readNotify(settings.SWITCHBACK_NOTIFY, env),
    temporal,
    taskQueue: taskQueueOf(env),
  };
}
