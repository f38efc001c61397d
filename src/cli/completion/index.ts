import type { Command } from 'commander';
import { bash } from './bash';
import { fish } from './fish';
import { zsh } from './zsh';

/** The completion script of a program for each shell, derived from the program itself. */
export const scripts = { bash, zsh, fish } satisfies Record<string, (program: Command) => string>;

export type Shell = keyof typeof scripts;
