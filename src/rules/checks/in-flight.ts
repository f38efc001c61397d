import { formatDuration } from '../../contract/duration';
import type { Slot } from '../../postgres';
import type { Facts } from '../facts';
import { byDatabases, type Databases } from './by-databases';
import { type Answer, few, type Row } from './row';

type Judged = Omit<Answer, 'evidence'>;

/** Whoever has a transaction open for longer than this is not about to end it. */
const LONG_SECONDS = 60;
/** What has been written in one is lost with it, so that less is long. */
const LONG_SECONDS_WITH_WRITES = 10;

/** What is under way on the active side, and what a switch would cut off or leave behind. */
export const IN_FLIGHT: readonly Row<Facts>[] = [
  {
    id: 'long-transactions',
    title: 'No transaction is open for long',
    guards: 'write',
    looksAt:
      'pg_stat_activity of the active side: client transactions older than a minute, or than 10 s if they have written',
    wanted: 'none',
    remedy:
      'The switchback cuts them off and rolls them back. Let them finish, or end them: SELECT pg_terminate_backend(pid).',
    judge: byDatabases({ active: ['transactions'] }, judgeTransactions),
  },
  {
    id: 'prepared-transactions',
    title: 'No prepared transaction is open',
    guards: 'write',
    looksAt: 'pg_prepared_xacts of the active side',
    wanted: 'none',
    remedy:
      'They go along with their locks, and their coordinator must find the new active side. COMMIT PREPARED or ROLLBACK PREPARED first.',
    judge: byDatabases({ active: ['preparedTransactions'] }, ({ active }) => {
      const { count, seconds } = active.preparedTransactions;
      if (count === 0) return { finding: 'pass', observed: `${active.name}: none` };
      return {
        finding: 'ack',
        observed: `${active.name}: ${count}, the oldest for ${lasting(seconds ?? 0)}`,
      };
    }),
  },
  {
    id: 'ddl-in-flight',
    title: 'No schema change is under way',
    guards: 'write',
    looksAt:
      'pg_locks of the active side (AccessExclusiveLock of clients on user relations), pg_stat_progress_create_index, pg_stat_progress_cluster',
    wanted: 'none',
    remedy:
      'The switchback cuts it off, and CREATE INDEX CONCURRENTLY leaves an invalid index behind. Let it finish, or stop it.',
    judge: byDatabases({ active: ['exclusiveLocks', 'rebuilds'] }, judgeSchemaChanges),
  },
  {
    id: 'logical-slots',
    title: 'No logical replication slot will be left behind',
    guards: 'write',
    looksAt: 'pg_replication_slots of both sides',
    wanted: 'no logical slot on the active side',
    remedy:
      'A slot that is not synchronised (failover = true, PostgreSQL 17) does not exist on the other side. Stop its consumer, let it drain, and make the slot anew after the switchback: what it did not read until then is not delivered.',
    judge: byDatabases({ active: ['slots'], passive: ['slots'] }, judgeSlots),
  },
  {
    id: 'subscriptions',
    title: 'The active side subscribes to nothing',
    guards: 'write',
    looksAt: 'pg_subscription of the active side',
    wanted: 'no enabled subscription',
    remedy:
      'It goes along, and continues from the other region: see that the publisher lets the primary in, and that it continues.',
    judge: byDatabases({ active: ['subscriptions'] }, ({ active }) => {
      const enabled = active.subscriptions.filter((one) => one.enabled);
      if (enabled.length === 0) return { finding: 'pass', observed: `${active.name}: none` };
      const told = few(enabled.map(({ name, database }) => `${name} in ${database}`));
      return { finding: 'warn', observed: `${active.name}: ${told}` };
    }),
  },
];

function judgeTransactions({ active }: Databases<'transactions', never>): Judged {
  const long = active.transactions.filter(
    ({ seconds, writes }) => seconds >= (writes ? LONG_SECONDS_WITH_WRITES : LONG_SECONDS),
  );
  if (long.length === 0) return { finding: 'pass', observed: `${active.name}: none` };
  const told = long.map(
    ({ pid, seconds, state, writes }) =>
      `pid ${pid} for ${lasting(seconds)} (${state}${writes ? ', has written' : ''})`,
  );
  return { finding: 'ack', observed: `${active.name}: ${few(told)}` };
}

function judgeSchemaChanges({ active }: Databases<'exclusiveLocks' | 'rebuilds', never>): Judged {
  const { held, awaited } = active.exclusiveLocks;
  const found = [
    ...(held > 0
      ? [`${held} ${held === 1 ? 'session holds' : 'sessions hold'} an exclusive lock on a table`]
      : []),
    ...(awaited > 0 ? [`${awaited} ${awaited === 1 ? 'waits' : 'wait'} for one`] : []),
    ...(active.rebuilds.length > 0 ? [`running: ${few(active.rebuilds)}`] : []),
  ];
  if (found.length === 0) return { finding: 'pass', observed: `${active.name}: none` };
  return { finding: 'ack', observed: `${active.name}: ${found.join(', ')}` };
}

function judgeSlots({ active, passive }: Databases<'slots', 'slots'>): Judged {
  const logical = active.slots.filter(({ type }) => type === 'logical');
  if (logical.length === 0) return { finding: 'pass', observed: `${active.name}: none` };
  const isThere = ({ name }: Slot) =>
    passive.slots.some((slot) => slot.name === name && slot.type === 'logical' && slot.synced === true);
  const told = logical.map((slot) => {
    const { name, plugin, lsn, active: used } = slot;
    const where = isThere(slot) ? `synchronised to ${passive.name}` : `not on ${passive.name}`;
    return `${name} (${plugin ?? 'no plugin'} at ${lsn ?? 'no position'}, ${used ? 'in use' : 'not in use'}, ${where})`;
  });
  const observed = `${active.name}: ${few(told)}`;
  if (!logical.every(isThere)) return { finding: 'ack', observed };
  const remedy = 'They continue on the other side: see that their consumers reach it there.';
  return { finding: 'warn', observed, remedy };
}

function lasting(seconds: number): string {
  return formatDuration(seconds * 1_000);
}
