import type { Decision, Plan } from './report';

/** Something that a person can tell the run now, ready to be sent as it is. */
export interface Answer {
  /** The name of the Temporal update that says it. */
  update: 'approve' | 'reject' | 'acknowledge' | 'decide' | 'abort';
  /** What comes of it, in a few words. */
  does: string;
  /** The payload of the update: put your own name and reason in. */
  payload: Record<string, string>;
  /** The same as a `switchback` command line. */
  command: string;
}

/** What a run asks of people, as far as its answers need it. */
export interface Question {
  project: string;
  primary: string;
  plan?: Pick<Plan, 'fingerprint' | 'toAcknowledge' | 'approvalRequired' | 'destroys'>;
  /** True while the run waits for acknowledgements, for an approval, or for both. */
  asksBeforeWrite: boolean;
  /** True while an alarm stands about which somebody may decide. */
  decidable: boolean;
  /** The decision that undoes the switch, while it is allowed for what was seen last. */
  undo?: Decision['action'];
  /** True while the run can still be stopped without anything having been written. */
  stoppable: boolean;
}

const BY = 'you@example.com';
const REASON = 'INC-123';
/** Not the name itself: who approves what is destroyed must know it. */
const TYPE_IT = 'TYPE-IT-OUT';
const SIGNED = { by: BY, reason: REASON };

const DECISIONS: Record<Decision['action'], string> = {
  wait: 'gives the pair as much time again',
  'return-to-recovery': 'makes the recovery service active again',
  'return-to-primary': 'makes the primary service active again',
  accept: 'ends the run with the present state as it is',
  'give-up': 'ends the run as failed; the pair is then in your hands',
};

/** Which decisions make a side active again. */
const isUndo = (action: Decision['action']) => action.startsWith('return-to-');

/** Everything that a person can tell the run now, the likeliest first. */
export function answersTo(question: Question): Answer[] {
  const { plan, asksBeforeWrite, decidable, undo, stoppable } = question;
  const target = `${question.project}/${question.primary}`;
  const command = (words: string) => `switchback ${words} --by ${BY} --reason ${REASON}`;
  const answers: Answer[] = (asksBeforeWrite ? (plan?.toAcknowledge ?? []) : []).map((check) => ({
    update: 'acknowledge',
    does: `answers for the finding ${check}`,
    payload: { check, ...SIGNED },
    command: command(`ack ${target} ${check}`),
  }));
  if (asksBeforeWrite && plan?.approvalRequired) {
    const { fingerprint, destroys } = plan;
    answers.push({
      update: 'approve',
      does:
        destroys === undefined
          ? 'lets the run write, for the state with this fingerprint'
          : `lets the run DESTROY the service; type out ${destroys} yourself`,
      payload: { ...SIGNED, fingerprint, ...(destroys === undefined ? {} : { service: TYPE_IT }) },
      command: command(
        `approve ${target} --fingerprint ${fingerprint}${destroys === undefined ? '' : ` --service ${TYPE_IT}`}`,
      ),
    });
    answers.push({
      update: 'reject',
      does: 'ends the run; nothing is written',
      payload: { ...SIGNED },
      command: command(`reject ${target}`),
    });
  }
  if (decidable) {
    const actions = Object.entries(DECISIONS) as [Decision['action'], string][];
    for (const [action, does] of actions.filter(([name]) => !isUndo(name) || name === undo)) {
      answers.push({
        update: 'decide',
        does,
        payload: { action, ...SIGNED },
        command: command(`decide ${target} ${action}`),
      });
    }
  }
  if (stoppable) {
    answers.push({
      update: 'abort',
      does: 'stops the run; nothing is written',
      payload: { ...SIGNED },
      command: command(`abort ${target}`),
    });
  }
  return answers;
}
