import type { Command } from 'commander';
import { type OptionWord, type Place, placesOf } from './words';

/** One `complete` line for each word. */
export function fish(program: Command): string {
  const name = program.name();
  const places = placesOf(program);
  const spellings = new Map<string, string[]>();
  for (const { commands } of places)
    for (const { text, leadsTo } of commands)
      spellings.set(leadsTo, [...(spellings.get(leadsTo) ?? []), text]);
  return [
    `# fish completion for ${name}; printed by \`${name} completion fish\``,
    `complete -c ${name} -f`,
    ...places.flatMap((place) => linesOf(name, place, spellings)),
  ].join('\n');
}

function linesOf(name: string, place: Place, spellings: ReadonlyMap<string, string[]>): string[] {
  const start = `complete -c ${name} -n ${quoted(conditionOf(place, spellings))}`;
  return [
    ...place.commands.map(({ text, about }) => `${start} -a ${quoted(text)} -d ${quoted(about)}`),
    ...place.values.map((text) => `${start} -a ${quoted(text)}`),
    ...(place.takesPath ? [`${start} -F`] : []),
    ...place.options.map((option) => `${start} ${optionOf(option)}`),
  ];
}

/** True at this place and, so that its options are offered nowhere else, at no place below it. */
function conditionOf({ path, commands }: Place, spellings: ReadonlyMap<string, string[]>): string {
  const names = path === '' ? [] : path.split(' ');
  const above = names.map((_, depth) => {
    const spelled = spellings.get(names.slice(0, depth + 1).join(' ')) ?? [];
    return `__fish_seen_subcommand_from ${spelled.join(' ')}`;
  });
  const below =
    commands.length === 0
      ? []
      : [`not __fish_seen_subcommand_from ${commands.map(({ text }) => text).join(' ')}`];
  return [...above, ...below].join('; and ');
}

function optionOf({ text, about, takesValue, isPath, choices }: OptionWord): string {
  const value = isPath ? ' -r -F' : takesValue ? ' -x' : '';
  const offered = choices.length === 0 ? '' : ` -a ${quoted(choices.join(' '))}`;
  return `-l ${text.replace(/^--/, '')}${value}${offered} -d ${quoted(about)}`;
}

/** In fish, a backslash escapes within single quotes. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
