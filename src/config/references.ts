import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Env } from './environment';

export const filled = z.string().trim().min(1);
const byFile = z.strictObject({ file: filled });
const byEnv = z.strictObject({ env: filled });

/** Where a secret is, which itself does not belong into a file of settings. */
export type Reference = z.output<typeof byFile> | z.output<typeof byEnv>;

/** @param what is referred to, for the message. */
export function referenceTo(what: string) {
  return z.union([byFile, byEnv], {
    error: `must be {"file":"/path"} or {"env":"VARIABLE"}: the ${what} itself does not belong here`,
  });
}

/** A file is read again for every use: whoever renews a secret needs no restart. */
export function readerOf(source: Reference, env: Env): () => Promise<string> {
  if ('env' in source) return async () => (env[source.env] ?? '').trim();
  return async () => (await readFile(source.file, 'utf8')).trim();
}

/**
 * What is wrong with a reference, or with what it refers to. Somebody may have put the secret itself where its file or
 * variable belongs, so neither is repeated.
 */
export function faultsOfReference(
  name: string,
  source: Reference,
  env: Env,
  faultOf: (secret: string) => string | undefined = () => undefined,
): string[] {
  if ('env' in source) {
    const value = env[source.env]?.trim();
    if (!value) return [`${name}.env: no variable of that name is set`];
    return said(`${name}.env: the variable`, faultOf(value));
  }
  const found = contentOf(source.file);
  if ('fault' in found) return [`${name}.file: ${found.fault}`];
  if (found.text.trim() === '') return [`${name}.file: the file is empty`];
  return said(`${name}.file: the content`, faultOf(found.text.trim()));
}

export function contentOf(path: string): { text: string } | { fault: string } {
  try {
    return { text: readFileSync(path, 'utf8') };
  } catch (error) {
    return { fault: `the file cannot be read (${codeOf(error)})` };
  }
}

/** The JSON in a file, or why there is none. */
export function readJson(path: string): { value: unknown } | { fault: string } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { fault: `${path} cannot be read (${codeOf(error)})` };
  }
  try {
    return { value: JSON.parse(text) };
  } catch {
    // The message of the parser quotes the text.
    return { fault: `${path} is not valid JSON` };
  }
}

function said(about: string, fault: string | undefined): string[] {
  return fault === undefined ? [] : [`${about} ${fault}`];
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown reason';
}
