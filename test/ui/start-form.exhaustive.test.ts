import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { BrowserContext } from 'playwright-core';
import { type Lab, startLab } from '../../lab/src/lab';
import { SwitchbackClient } from '../../src/client';
import { type DevServer, startDevServer } from '../../src/dev-server';
import { built, useBuild } from '../doors/build';
import { Program } from '../doors/programs';
import { until } from '../doors/until';
import { testEnvironment } from '../support/environment';
import { useScratchFolder } from '../support/scratch';
import { findChromium, openChromium } from './chromium';

/** On a busy machine a page of the UI takes seconds. */
const PAGE_LIMIT_MS = 60_000;
jest.setTimeout(180_000);

// Out here, since jest ends an inner block first: the browser writes to its profile until it is closed.
const scratch = useScratchFolder();
const executable = findChromium();
const describeWithChromium = executable === undefined ? describe.skip : describe;

describeWithChromium(
  `the start form of Temporal's UI${executable ? '' : ' (no Chromium here: set CHROMIUM_PATH)'}`,
  () => {
    useBuild();
    let server: DevServer;
    let lab: Lab;
    let worker: Program;
    let browser: BrowserContext;

    beforeAll(async () => {
      server = await startDevServer({ cliPath: testEnvironment.temporalCli(), ui: true });
      lab = await startLab({ backing: 'memory', transitionMs: 500 });
      worker = new Program(built('worker'), [], {
        TEMPORAL_ADDRESS: server.address,
        AIVEN_WEB_URL: lab.baseUrl,
        AIVEN_TOKEN: lab.token,
      });
      await worker.prints(/worker on task queue/);
      browser = await openChromium(executable ?? '', join(scratch(), 'profile'));
      browser.setDefaultTimeout(PAGE_LIMIT_MS);
    });
    afterAll(async () => {
      await browser?.close();
      await worker?.kill('SIGKILL');
      await lab?.close();
      await server?.stop();
    });

    test('starts a switchback from a link and typed JSON, and it ends well', async () => {
      const [pair] = lab.pairs;
      const input = { project: lab.project, service: pair?.primary, settleWindow: '0s' };
      const workflowId = `from-the-ui-${randomUUID()}`;
      const query = new URLSearchParams({
        taskQueue: 'switchback',
        workflowType: 'switchbackWorkflow',
        workflowId,
      });
      const [page = await browser.newPage()] = browser.pages();
      await page.goto(`${server.uiUrl}/namespaces/default/workflows/start-workflow?${query}`);
      const editor = page.locator('.cm-content').first();
      await editor.click();
      await page.keyboard.type(JSON.stringify(input));
      // The editor lays the text out when it is left, and that moves the button.
      await page.getByRole('heading', { name: 'Start Workflow' }).click();
      await until('the text is laid out', async () => {
        const lines = await editor.locator('.cm-line').allTextContents();
        return lines.length > 1 && isDeepStrictEqual(JSON.parse(lines.join('\n')), input);
      });
      await page.getByTestId('start-workflow-button').click();

      const client = await SwitchbackClient.connect({ address: server.address });
      try {
        await until('the run is there', () =>
          client.isRunning(workflowId).then(
            () => true,
            () => false,
          ),
        );
        await expect(client.result(workflowId)).resolves.toMatchObject({
          outcome: 'switched-back',
          workflowId,
          requests: { writes: 1 },
        });
        await expect(client.isRunning(workflowId)).resolves.toBe(false);
      } finally {
        await client.close();
      }
      await page.goto(`${server.uiUrl}/namespaces/default/workflows/${workflowId}`);
      await page.getByText('Completed').first().waitFor();
    });
  },
);
