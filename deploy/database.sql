-- What a switchback needs in PostgreSQL to measure and prove itself, and nothing more.
--
-- Run it once as an administrator (avnadmin on Aiven) on the service that is active, in the database that the
-- Service URI names; replication brings it to the other service. Then give the role a password with
-- \password switchback, and put that where the worker reads it (docs/database.md).

CREATE ROLE switchback LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;

CREATE SCHEMA switchback;
GRANT USAGE ON SCHEMA switchback TO switchback;

-- One row for every write that a run makes through the Service URI. Rows older than the retention (7 days unless
-- configured otherwise) are deleted when the next run begins.
CREATE TABLE switchback.probe (
  run_id     text        NOT NULL,
  attempt    integer     NOT NULL,
  seq        bigint      NOT NULL,
  nonce      text,
  written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, attempt, seq)
);
CREATE INDEX probe_written_at ON switchback.probe (written_at);
GRANT SELECT, INSERT, DELETE ON switchback.probe TO switchback;

-- Reads pg_stat_replication, pg_stat_activity and all settings. It sees no table of yours. Last, because an
-- administrator may not be allowed to pass it on; docs/database.md says what is missing without it.
GRANT pg_monitor TO switchback;

-- Only for pairs with "endOldSessions": true, which end client sessions that stay on the passive side:
--   GRANT pg_signal_backend TO switchback;
