import { join } from 'node:path';

const WIDTH = 1360;
const COLUMNS = ['Status', 'Workflow ID', 'SwitchbackPhase', 'SwitchbackAlarm', 'SwitchbackOutcome', 'Start'];

/** What a person would look at in Temporal's UI, as files. Each picture must show a text, or it is not made. */
export class Look {
  constructor(page, { uiUrl, namespace }, folder) {
    this.page = page;
    this.base = `${uiUrl}/namespaces/${namespace}/workflows`;
    this.folder = folder;
  }

  /** The start form, opened by the link of docs/ui.md, with the input typed. */
  async startForm(workflowId, input) {
    const query = new URLSearchParams({
      taskQueue: 'switchback',
      workflowType: 'switchbackWorkflow',
      workflowId,
    });
    await this.page.goto(`${this.base}/start-workflow?${query}`);
    await this.page.locator('.cm-content').first().click();
    await this.page.keyboard.type(JSON.stringify(input));
    await this.page.getByRole('heading', { name: 'Start Workflow' }).click();
    await this.#picture('start-form', this.page.getByText('Task Queue is Active'), 900);
  }

  async timeline(name, run, shows, height) {
    await this.page.goto(this.#pageOf(run, 'timeline'));
    await this.#picture(name, this.page.getByText(shows).first(), height);
  }

  /** Current Details; the UI draws its Markdown in a frame. */
  async details(name, run, shows, height) {
    await this.page.goto(this.#pageOf(run, 'user-metadata'));
    await this.#picture(name, this.page.frameLocator('iframe').last().getByText(shows).first(), height);
  }

  /** Approves as a person does: More Actions, Send an Update, and the JSON that the page shows. */
  async approve(run, payload) {
    await this.page.setViewportSize({ width: WIDTH, height: 900 });
    await this.page.goto(this.#pageOf(run, 'timeline'));
    await this.page.getByRole('button', { name: 'More Actions' }).click();
    await this.page.getByText('Send an Update').filter({ visible: true }).first().click();
    const dialog = this.page.getByRole('dialog').filter({ hasText: 'Send an Update' });
    await dialog.getByTestId('update-select-button').click();
    await dialog.getByRole('option', { name: /^approve/ }).click();
    await dialog.locator('.cm-content').first().click();
    await this.page.keyboard.type(JSON.stringify(payload));
    await this.#picture('approve', dialog.getByText(payload.fingerprint), 900);
    // The editor lays the text out when it is left, and that can move the button away from under the click.
    for (let tries = 0; tries < 3 && (await dialog.isVisible()); tries += 1) {
      await dialog.getByRole('button', { name: 'Submit' }).click();
      await dialog.waitFor({ state: 'hidden', timeout: 5_000 }).catch(() => {});
    }
  }

  /** The list, as if the viewer had chosen the columns. */
  async list(name, query, shows) {
    const url = `${this.base}?${new URLSearchParams({ query })}`;
    await this.page.goto(url);
    const columns = { default: COLUMNS.map((label) => ({ label, pinned: label === 'Status' })) };
    await this.page.evaluate(
      (chosen) => localStorage.setItem('namespace-workflow-table-columns', chosen),
      JSON.stringify(columns),
    );
    await this.page.goto(url);
    await this.#picture(name, this.page.getByText(shows).first(), 560);
  }

  #pageOf({ workflowId, runId }, tab) {
    return `${this.base}/${workflowId}/${runId}/${tab}`;
  }

  async #picture(name, shows, height) {
    await this.page.setViewportSize({ width: WIDTH, height });
    await shows.waitFor();
    // The page asks its server all the time, so that there is no quiet moment to wait for.
    await this.page.waitForTimeout(800);
    await this.page.screenshot({ path: join(this.folder, `${name}.png`), animations: 'disabled' });
  }
}
