import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a folder for `extension_control_path` with links to every extension but some.
 * A new one each time, so that nobody ever sees one that is half made.
 */
export async function linkExtensions(
  from: string,
  folder: string,
  without: ReadonlySet<string>,
): Promise<void> {
  const links = join(folder, 'extension');
  await rm(folder, { recursive: true, force: true });
  await mkdir(links, { recursive: true, mode: 0o755 });
  const names = (await readdir(from)).filter((name) => !without.has(extensionOf(name)));
  await Promise.all(names.map((name) => symlink(join(from, name), join(links, name))));
}

export async function offers(from: string, extension: string): Promise<boolean> {
  return (await readdir(from)).includes(`${extension}.control`);
}

/** `hstore` of `hstore.control` and of `hstore--1.4.sql` */
function extensionOf(file: string): string {
  return file.replace(/(--.*)?\.(control|sql)$/, '');
}
