import type { Terminal } from './terminal';

/** Columns as wide as what is in them. */
export function tableLines(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  colour: Terminal['colour'],
): string[] {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [colour.dim(line(head)), ...rows.map(line)];
}

/** `2026-11-23 03:12:45` */
export function clock(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
