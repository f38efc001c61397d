import { type EvidenceBundle, fileHashOf } from '../bundle';
import { baseNameOf } from '../names';
import { type Html, html } from './html';
import { section } from './parts';

/** What holds the bundle together, and how to find out whether it still does. */
export function verification(bundle: EvidenceBundle): Html {
  const name = baseNameOf(bundle);
  const { head, algorithm } = bundle.chain;
  return section(
    'verify',
    'How to verify this',
    html`<dl class="hash-list">
<div><dt>Head of the chain (${algorithm})</dt><dd><code>${head}</code></dd></div>
<div><dt>SHA-256 of ${name}.json</dt><dd><code>${fileHashOf(bundle)}</code></dd></div>
</dl>
<p>Every entry carries the hash of the one before it. The last one seals the fields beside the entries, so that its hash, the head, stands for the whole bundle. This page ends with the hash of its own bytes. One changed byte in either file is found by</p>
<pre>switchback evidence verify ${name}.json --head ${head}
switchback evidence verify ${name}.html --head ${head}</pre>
<p>A chain shows that a file is the one that was written only to somebody who has its head from elsewhere: whoever can rewrite everything can also make a new chain. The head is printed by the command, it is in the result of the run, and as long as Temporal keeps the history of run <code>${bundle.run.runId}</code>, the bundle can be made anew from it with the same head.</p>`,
  );
}
