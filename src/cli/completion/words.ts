import type { Command, Option } from 'commander';

/** Something that can be typed, and what it does. */
export interface Word {
  text: string;
  about: string;
}

/** An option, and what may follow it. */
export interface OptionWord extends Word {
  takesValue: boolean;
  /** Its value names something on disk. */
  isPath: boolean;
  choices: readonly string[];
}

/** A place on the command line: after a command, or after none. */
export interface Place {
  /** The names down to here without aliases, such as `evidence verify`; empty at the top. */
  path: string;
  /** The commands that may follow; an alias leads to the same place. */
  commands: (Word & { leadsTo: string })[];
  options: OptionWord[];
  /** What an argument may be, where that is known. */
  values: readonly string[];
  /** An argument names something on disk. */
  takesPath: boolean;
}

const PATHS = ['file', 'folder'];

/** Every place of the program, from the top. */
export function placesOf(program: Command): Place[] {
  return walk(program, '');
}

function walk(command: Command, path: string): Place[] {
  const help = command.createHelp();
  const children = help
    .visibleCommands(command)
    .map((child) => ({ child, leadsTo: path === '' ? child.name() : `${path} ${child.name()}` }));
  const place: Place = {
    path,
    commands: children.flatMap(({ child, leadsTo }) =>
      [child.name(), ...child.aliases()].map((text) => ({ text, about: child.description(), leadsTo })),
    ),
    options: help.visibleOptions(command).flatMap(wordsOf),
    values: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
    takesPath: command.registeredArguments.some((argument) => PATHS.includes(argument.name())),
  };
  return [place, ...children.flatMap(({ child, leadsTo }) => walk(child, leadsTo))];
}

function wordsOf({ long, flags, description, required, optional, argChoices = [] }: Option): OptionWord[] {
  if (!long) return [];
  return [
    {
      text: long,
      about: description,
      takesValue: required || optional,
      isPath: PATHS.some((name) => flags.includes(`<${name}>`)),
      choices: argChoices,
    },
  ];
}

/** As bash and zsh take it for one word. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
