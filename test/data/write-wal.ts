/** WAL of a few megabytes that nobody needs. */
export async function writeWal(query: (sql: string) => Promise<unknown>, megabytes: number): Promise<void> {
  await query('CREATE TABLE IF NOT EXISTS public.ballast (filler text)');
  await query(
    `INSERT INTO public.ballast SELECT repeat(md5(n::text), 32) FROM generate_series(1, ${megabytes * 1_000}) n`,
  );
}
