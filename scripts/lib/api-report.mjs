import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './project.mjs';

const { Extractor, ExtractorConfig } = createRequire(import.meta.url)('@microsoft/api-extractor');
const NAME = 'client.api.md';

/** What `import … from 'switchback'` gives, as a text. Fails when a public type speaks of one that is not exported. */
export function apiReport() {
  const folder = mkdtempSync(join(tmpdir(), 'switchback-api-'));
  mkdirSync(join(folder, 'temp'));
  try {
    const config = ExtractorConfig.prepare({
      configObject: {
        mainEntryPointFilePath: join(ROOT, 'dist', 'client', 'index.d.ts'),
        projectFolder: ROOT,
        compiler: { tsconfigFilePath: join(ROOT, 'tsconfig.build.json'), skipLibCheck: true },
        apiReport: {
          enabled: true,
          reportFileName: NAME,
          reportFolder: folder,
          reportTempFolder: join(folder, 'temp'),
        },
        docModel: { enabled: false },
        dtsRollup: { enabled: false },
        tsdocMetadata: { enabled: false },
      },
      configObjectFullPath: undefined,
      packageJsonFullPath: join(ROOT, 'package.json'),
    });
    const hidden = [];
    Extractor.invoke(config, {
      localBuild: true,
      messageCallback: (message) => {
        message.handled = true;
        if (message.messageId === 'ae-forgotten-export') hidden.push(message.text);
      },
    });
    if (hidden.length > 0) throw new Error(`src/client/index.ts: ${hidden.join('\n')}`);
    // Whether a member has a comment is not what may break a caller.
    return readFileSync(join(folder, NAME), 'utf8').replaceAll(/^ *\/\/ \(undocumented\)\n/gm, '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
