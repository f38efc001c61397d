/** Names of settings and their values, laid over what every server of the lab has. */
export type Settings = Readonly<Record<string, string>>;

export interface Surroundings {
  port: number;
  /** Where the WAL comes from while the server is a standby. */
  streamPort: number;
  /** Of the superuser. */
  password: string;
}

/** Small and quick, for data that nobody will miss; everything about replication is as it would be anywhere. */
export function configuration({ port, streamPort, password }: Surroundings, special: Settings): string {
  return `
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
timezone = 'UTC'

wal_level = replica
hot_standby = on
wal_keep_size = '64MB'
primary_conninfo = 'host=127.0.0.1 port=${streamPort} user=postgres password=${password}'
wal_receiver_status_interval = 1
wal_retrieve_retry_interval = 200
# A stream that the lab holds back is slow, not dead.
wal_receiver_timeout = 0

fsync = off
full_page_writes = off
shared_buffers = '16MB'
max_logical_replication_workers = 0
autovacuum = off
io_method = sync
# In the data directory, so that it goes with it whatever happens to the server.
dynamic_shared_memory_type = mmap
${Object.entries(special)
  .map(([name, value]) => `${name} = ${quoted(value)}\n`)
  .join('')}`;
}

function quoted(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
