import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { EvidenceSettings, S3Settings } from '../config/evidence';
import { ask, type Finding, type Question, skip } from './ask';
import { throughProxy, touch } from './network';
import type { DoctorCheck } from './report';

const STORE: Question = {
  id: 'evidence-store',
  group: 'evidence',
  title: 'store',
  remedy: 'Set SWITCHBACK_EVIDENCE to a folder that can be written, to s3://BUCKET/PREFIX, or to off.',
};

/** Whether the evidence of a run could be kept. Writes nothing. */
export async function examineEvidence(
  settings: { value: EvidenceSettings } | undefined,
): Promise<DoctorCheck[]> {
  if (settings === undefined) return [skip(STORE, 'SWITCHBACK_EVIDENCE cannot be used')];
  const { value } = settings;
  if (value === undefined) return [skip(STORE, 'SWITCHBACK_EVIDENCE is off, so a run keeps none')];
  return [
    await ask(STORE, (signal) => ('folder' in value ? judgeFolder(value.folder) : judgeS3(value.s3, signal))),
  ];
}

/** The folder is made with the first file, so what counts is the nearest one that is there. */
async function judgeFolder(folder: string): Promise<Finding> {
  const nearest = await nearestOf(folder);
  try {
    if (!(await stat(nearest)).isDirectory()) return { verdict: 'fail', observed: `${nearest} is no folder` };
    await access(nearest, constants.W_OK | constants.X_OK);
    return { verdict: 'ok', observed: nearest === folder ? folder : `${folder}, to be made in ${nearest}` };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { verdict: 'fail', observed: `${nearest} cannot be written to (${code})` };
  }
}

async function nearestOf(path: string): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere || dirname(path) === path ? path : nearestOf(dirname(path));
}

async function judgeS3({ endpoint, region, bucket }: S3Settings, signal: AbortSignal): Promise<Finding> {
  const url = endpoint ?? `https://s3.${region}.amazonaws.com`;
  await touch(url, signal);
  return {
    verdict: 'ok',
    observed: `${new URL(url).host} can be reached${throughProxy(url)}; whether ${bucket} takes files was not tried`,
  };
}
