import type { Side } from '../../contract/observation';
import type { Answers, DatabaseFacts, Question } from '../../postgres';
import type { Fact, Facts, PairDatabaseFacts } from '../facts';
import { type Answer, type Context, unread } from './row';

/** Which answers a row needs of the database that takes writes, and of the one that replays. */
export interface Needs<Active extends Question, Passive extends Question> {
  active?: readonly Active[];
  passive?: readonly Passive[];
}

/** One database, with the answers that were asked for. */
export type Database<Q extends Question> = Pick<Answers, Q> & {
  /** Of its service. */
  name: string;
  /** An answer that the row can do without. */
  ask: <More extends Question>(question: More) => Answers[More] | undefined;
};

export interface Databases<Active extends Question, Passive extends Question> {
  active: Database<Active>;
  passive: Database<Passive>;
  looks: PairDatabaseFacts['looks'];
  service: PairDatabaseFacts['service'];
}

type Judged = Omit<Answer, 'evidence'>;

/**
 * Judges by the databases, each taken for what it is (`pg_is_in_recovery`) and not for what the API calls it. An answer
 * that is needed and missing makes the row unknown, and no other.
 */
export function byDatabases<Active extends Question = never, Passive extends Question = never>(
  needs: Needs<Active, Passive>,
  look: (databases: Databases<Active, Passive>) => Judged,
): (context: Context) => Answer {
  return ({ facts }) => {
    const { database } = facts;
    if (database === undefined) return notConfigured(facts);
    const active = sideOf(database, false);
    const passive = sideOf(database, true);
    if (active === undefined || passive === undefined) return withoutRoles(facts, database);
    const asked = [
      { side: active, questions: needs.active },
      { side: passive, questions: needs.passive },
    ].filter(({ questions }) => questions !== undefined);
    const evidence = asked.map(({ side }) => database[side]);
    const unreadSides = evidence.filter((fact) => !fact.ok);
    if (unreadSides.length > 0) return unread(...unreadSides);
    const missing = asked.flatMap(({ side, questions = [] }) =>
      missingOf(nameOf(facts, side), database[side], questions),
    );
    if (missing.length > 0) return { finding: 'unknown', observed: missing.join('; '), evidence };
    return {
      ...look({
        active: toDatabase<Active>(nameOf(facts, active), database[active], needs.active),
        passive: toDatabase<Passive>(nameOf(facts, passive), database[passive], needs.passive),
        looks: database.looks,
        service: database.service,
      }),
      evidence,
    };
  };
}

/** No access is no doubt about the pair: it is for the record, and says where to look. */
export function notConfigured({ project, named }: Facts): Answer {
  return {
    finding: 'unknown',
    observed: `not checked: no database access is configured for ${project}/${named}`,
    evidence: 'none: nothing is known but what the API tells',
    remedy: 'Configure database access for the pair (docs/database.md), or look at it yourself.',
  };
}

export function nameOf({ named, peer }: Facts, side: Side): string {
  return side === 'primary' ? named : (peer ?? 'the peer');
}

/** With one side unread, the other one says which of the two it must be. */
function sideOf({ primary, recovery }: PairDatabaseFacts, inRecovery: boolean): Side | undefined {
  const is = (fact: Fact<DatabaseFacts>) => (fact.ok ? fact.value.server.inRecovery : undefined);
  const [ofPrimary, ofRecovery] = [is(primary), is(recovery)];
  if (ofPrimary === ofRecovery) return undefined;
  return ofPrimary === inRecovery || (ofPrimary === undefined && ofRecovery !== inRecovery)
    ? 'primary'
    : 'recovery';
}

function withoutRoles(facts: Facts, { primary, recovery }: PairDatabaseFacts): Answer {
  if (!primary.ok || !recovery.ok) return unread(primary, recovery);
  const both = `${nameOf(facts, 'primary')} and ${nameOf(facts, 'recovery')}`;
  const are = primary.value.server.inRecovery ? 'are both in recovery' : 'both take writes';
  return {
    finding: 'unknown',
    observed: `${both} ${are}: there is not one active and one passive database`,
    evidence: [primary, recovery],
    remedy: 'See the check api-agrees-with-sql.',
  };
}

function missingOf(name: string, fact: Fact<DatabaseFacts>, questions: readonly Question[]): string[] {
  if (!fact.ok) return [];
  return questions.flatMap((question) => {
    const told = fact.value.told[question];
    return told.ok ? [] : [`${name}: ${told.why}`];
  });
}

function toDatabase<Q extends Question>(
  name: string,
  fact: Fact<DatabaseFacts>,
  questions: readonly Q[] = [],
): Database<Q> {
  const ask = <More extends Question>(question: More): Answers[More] | undefined => {
    const told = fact.ok ? fact.value.told[question] : undefined;
    return told?.ok === true ? told.value : undefined;
  };
  const answers = Object.fromEntries(questions.map((question) => [question, ask(question)]));
  // Each of them was found to be there.
  return { ...(answers as Pick<Answers, Q>), name, ask };
}
