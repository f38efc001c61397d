import { isDeepStrictEqual } from 'node:util';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { ApproveInput } from '../../../src/client';
import { until } from '../until';
import { type Answer, FAULTY_JSON, type Target, type Way } from './way';

/** A browser takes its time on a busy machine. */
const LIMIT_MS = 60_000;

/** Temporal's UI, in a browser. */
export class ByUi implements Way {
  readonly twice = /Workflow execution is already running\./;
  readonly faulty = FAULTY_JSON;

  private constructor(
    private readonly uiUrl: string,
    private readonly browser: BrowserContext,
    private readonly page: Page,
  ) {}

  static async open(uiUrl: string, browser: BrowserContext): Promise<ByUi> {
    browser.setDefaultTimeout(LIMIT_MS);
    const [page = await browser.newPage()] = browser.pages();
    return new ByUi(uiUrl, browser, page);
  }

  async start({ taskQueue, workflowId }: Target, input: object): Promise<Answer> {
    const { page } = this;
    const query = new URLSearchParams({ taskQueue, workflowType: 'switchbackWorkflow', workflowId });
    await page.goto(`${this.uiUrl}/namespaces/default/workflows/start-workflow?${query}`);
    await this.#fill(page.locator('.cm-content').first(), input);
    await page.getByTestId('start-workflow-button').click();
    const refusal = page.getByText('Error starting Workflow').first();
    await page
      .getByText(/^Workflow started|^Error starting Workflow/)
      .first()
      .waitFor();
    const ok = !(await refusal.isVisible());
    return { ok, text: `${await page.locator('body').textContent()}` };
  }

  async asked(target: Target): Promise<string> {
    await this.#openDetails(target);
    return until(
      'it asks for an approval',
      async () => {
        const [, fingerprint] =
          /update approve for the plan ([0-9a-f]{12})/.exec(await this.#details()) ?? [];
        if (fingerprint === undefined) await this.#refresh();
        return fingerprint;
      },
      LIMIT_MS,
    );
  }

  async approve(target: Target, payload: ApproveInput): Promise<Answer> {
    const { page } = this;
    await this.#visit(target);
    await page.getByRole('button', { name: 'More Actions' }).click();
    await page.getByRole('menuitem', { name: 'Send an Update' }).click();
    const form = page.getByRole('dialog').filter({ hasText: 'Send an Update' });
    await form.getByTestId('update-select-button').click();
    await form.getByRole('option', { name: /^approve / }).click();
    await this.#fill(form.locator('.cm-content'), payload);
    await form.getByRole('button', { name: 'Submit' }).click();
    const refusal = form.locator('[role=alert]').filter({ hasText: /\S/ });
    await Promise.race([refusal.first().waitFor(), form.waitFor({ state: 'hidden' })]);
    const texts = await refusal.allTextContents();
    if (texts.length > 0) await page.keyboard.press('Escape');
    return { ok: texts.length === 0, text: texts.join('\n') };
  }

  async end(target: Target): Promise<Answer> {
    const { page } = this;
    await this.#visit(target);
    const ended = page.getByText(/^(Completed|Failed)$/i).first();
    const isOver = () => ended.isVisible();
    await until('it ends', async () => (await isOver()) || (await this.#reload().then(isOver)), LIMIT_MS);
    if ((await ended.textContent())?.trim().toLowerCase() === 'completed') {
      await this.#openDetails(target);
      return { ok: true, text: await this.#details() };
    }
    const failure = page.locator('.cm-content').filter({ hasText: '"failure"' }).first();
    return { ok: false, text: `${await failure.textContent()}`.replaceAll('\\"', '"') };
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  async #visit({ workflowId }: Target): Promise<void> {
    if (this.page.url().includes(`/workflows/${workflowId}/`)) return;
    await this.page.goto(`${this.uiUrl}/namespaces/default/workflows/${workflowId}`);
    await this.#isThere();
  }

  async #reload(): Promise<void> {
    await this.page.reload();
    await this.#isThere();
  }

  async #isThere(): Promise<void> {
    await this.page
      .getByText(/^(Running|Completed|Failed)$/i)
      .first()
      .waitFor();
  }

  async #openDetails(target: Target): Promise<void> {
    await this.#visit(target);
    await this.page.getByText('User Metadata', { exact: true }).click();
  }

  /** What stands under "Current Details", which is a frame of its own. */
  async #details(): Promise<string> {
    const frame = this.page.locator('iframe').last().contentFrame();
    // The frame is there before what is in it.
    await frame.getByRole('heading').first().waitFor();
    return `${await frame.locator('body').textContent()}`;
  }

  /** "Press the R for freshness." */
  async #refresh(): Promise<void> {
    const answer = this.page.waitForResponse(/__temporal_workflow_metadata/);
    await this.page.keyboard.press('r');
    await answer;
  }

  /** Puts JSON into an editor, which may hold the input of an earlier run, and leaves it: then it is laid out anew. */
  async #fill(editor: Locator, json: object): Promise<void> {
    await until('the text is laid out', async () => {
      await editor.click();
      await this.page.keyboard.press('ControlOrMeta+A');
      await this.page.keyboard.insertText(JSON.stringify(json));
      await editor.blur();
      const lines = await editor.locator('.cm-line').allTextContents();
      return isDeepStrictEqual(parsed(lines.join('\n')), json);
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
