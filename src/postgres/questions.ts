/**
 * What is asked of one database: for each fact an expression that gives JSON. Written for PostgreSQL 13 and later, and
 * for a role that is a member of `pg_monitor` and no more.
 *
 * `primary_conninfo` and the connection texts of receivers and subscriptions hold passwords, and the texts of queries
 * whatever a person wrote there: none of them may ever be asked for.
 */
/** Asked of every database, and without it there is nothing to judge. */
export const SERVER = `(
    SELECT json_build_object(
      'version', current_setting('server_version'),
      'inRecovery', pg_is_in_recovery(),
      'user', current_user,
      'seesAll', pg_has_role('pg_read_all_stats', 'USAGE')))`;

export const QUESTIONS = {
  systemIdentifier: `(SELECT to_json(system_identifier::text) FROM pg_control_system())`,

  // The name of a WAL file begins with the timeline; only a server that takes writes tells it. A standby follows the
  // timeline that it receives, or else that of its last checkpoint, which may be an older one.
  wal: `(
    SELECT CASE WHEN pg_is_in_recovery() THEN json_build_object(
      'position', pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::text,
      'received', pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0')::text)
    ELSE json_build_object(
      'position', pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text,
      'timeline', ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int)
    END)`,

  controlTimeline: `(
    SELECT to_json(greatest(c.timeline_id, r.min_recovery_end_timeline))
    FROM pg_control_checkpoint() c, pg_control_recovery() r)`,

  replayPaused: `(SELECT to_json(CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() ELSE false END))`,

  receiver: `(
    SELECT json_build_object(
      'status', status,
      'timeline', received_tli,
      'sender', sender_host || ':' || sender_port,
      'reported', pg_wal_lsn_diff(latest_end_lsn, '0/0')::text,
      'silentSeconds', extract(epoch FROM clock_timestamp() - last_msg_receipt_time))
    FROM pg_stat_wal_receiver LIMIT 1)`,

  senders: `(
    SELECT coalesce(json_agg(json_build_object(
      'name', s.application_name,
      'state', s.state,
      'sent', pg_wal_lsn_diff(s.sent_lsn, '0/0')::text,
      'replayed', pg_wal_lsn_diff(s.replay_lsn, '0/0')::text,
      'sync', s.sync_state,
      'logical', coalesce(slot.slot_type = 'logical', false))), '[]')
    FROM pg_stat_replication s LEFT JOIN pg_replication_slots slot ON slot.active_pid = s.pid)`,

  transactions: `(
    SELECT coalesce(json_agg(json_build_object(
      'pid', pid, 'seconds', round(age)::int, 'state', state, 'writes', writes) ORDER BY age DESC), '[]')
    FROM (
      SELECT pid, state, backend_xid IS NOT NULL AS writes,
        extract(epoch FROM clock_timestamp() - xact_start) AS age
      FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
      ORDER BY xact_start LIMIT 20) oldest)`,

  preparedTransactions: `(
    SELECT json_build_object(
      'count', count(*), 'seconds', round(extract(epoch FROM clock_timestamp() - min(prepared)))::int)
    FROM pg_prepared_xacts)`,

  // Objects of users have ids from 16384 on. Whoever makes a temporary table holds this lock on it, and until the commit
  // nobody else can see what it is: what is held counts where it can be seen. Nobody waits for another's temporary table.
  exclusiveLocks: `(
    SELECT json_build_object(
      'held', count(DISTINCT l.pid) FILTER (WHERE l.granted AND c.relpersistence <> 't'),
      'awaited', count(DISTINCT l.pid) FILTER (WHERE NOT l.granted))
    FROM pg_locks l
    JOIN pg_stat_activity a ON a.pid = l.pid AND a.backend_type = 'client backend'
    LEFT JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
    LEFT JOIN pg_class c ON c.oid = l.relation AND d.oid IS NOT NULL
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock' AND l.relation >= 16384)`,

  rebuilds: `(
    SELECT coalesce(json_agg(command), '[]') FROM (
      SELECT command FROM pg_stat_progress_create_index
      UNION ALL SELECT command FROM pg_stat_progress_cluster) running)`,

  slots: `(
    SELECT coalesce(json_agg(json_build_object(
      'name', s->>'slot_name',
      'type', s->>'slot_type',
      'plugin', s->>'plugin',
      'database', s->>'database',
      'active', (s->>'active')::bool,
      'lsn', coalesce(s->>'confirmed_flush_lsn', s->>'restart_lsn'),
      'failover', (s->>'failover')::bool,
      'synced', (s->>'synced')::bool) ORDER BY s->>'slot_name'), '[]')
    FROM (SELECT to_jsonb(r) AS s FROM pg_replication_slots r WHERE NOT temporary) slot)`,

  subscriptions: `(
    SELECT coalesce(json_agg(json_build_object(
      'name', subname, 'enabled', subenabled, 'database', d.datname) ORDER BY subname), '[]')
    FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid)`,

  settings: `(
    SELECT json_object_agg(name, setting) FROM pg_settings WHERE name IN (
      'max_connections', 'max_worker_processes', 'max_wal_senders', 'max_prepared_transactions',
      'max_locks_per_transaction', 'max_replication_slots', 'superuser_reserved_connections', 'reserved_connections',
      'synchronous_standby_names', 'synchronous_commit', 'archive_mode', 'default_transaction_read_only'))`,

  extensions: `(SELECT coalesce(json_object_agg(extname, extversion), '{}') FROM pg_extension)`,

  availableExtensions: `(
    SELECT coalesce(json_object_agg(name, versions), '{}') FROM (
      SELECT name, json_agg(version) AS versions FROM pg_available_extension_versions GROUP BY name) offered)`,

  connections: `(
    SELECT json_build_object(
      'clients', count(*) FILTER (WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()),
      'senders', count(*) FILTER (WHERE backend_type = 'walsender'))
    FROM pg_stat_activity)`,

  // Nothing limits the sessions of a superuser. Our own are over by the time that it matters.
  freeSessions: `(
    SELECT json_build_object(
      'role', nullif(r.rolconnlimit, -1) - count(a.pid) FILTER (WHERE a.usesysid = r.oid),
      'database', nullif(d.datconnlimit, -1) - count(a.pid) FILTER (WHERE a.datid = d.oid))
    FROM pg_roles r JOIN pg_database d ON d.datname = current_database()
    LEFT JOIN pg_stat_activity a ON a.backend_type = 'client backend' AND a.application_name <> 'switchback'
    WHERE r.rolname = current_user AND NOT r.rolsuper
    GROUP BY r.rolconnlimit, d.datconnlimit)`,

  archiver: `(
    SELECT json_build_object(
      'failing', coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false),
      'failedSecondsAgo', round(extract(epoch FROM clock_timestamp() - last_failed_time))::int)
    FROM pg_stat_archiver)`,

  archiveReady: `(SELECT to_json(count(*)) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready')`,

  // By the catalogue: a name would be refused where the schema may not be used.
  probe: `(
    SELECT coalesce((
      SELECT json_build_object(
        'exists', true,
        'allowed', has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
          AND has_table_privilege(c.oid, 'INSERT') AND has_table_privilege(c.oid, 'DELETE'))
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'switchback' AND c.relname = 'probe'), '{"exists":false,"allowed":false}'))`,
} as const;

export type Question = keyof typeof QUESTIONS;

/** What PostgreSQL hides, without an error, from a role that may not see what others do. */
export const OF_OTHERS: readonly Question[] = [
  'receiver',
  'senders',
  'transactions',
  'exclusiveLocks',
  'rebuilds',
  'connections',
];
