import type { Command } from 'commander';
import { type Place, placesOf, quoted } from './words';

/** For bash 3.2 and later: no associative arrays, no mapfile. */
export function bash(program: Command): string {
  const name = program.name();
  const places = placesOf(program);
  return `# bash completion for ${name}; printed by \`${name} completion bash\`
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} at='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at|\${COMP_WORDS[i]}" in
${places.flatMap(moves).join('\n')}
    esac
  done
  COMPREPLY=()
  case "$at|$prev" in
${places.flatMap(valuesAfterOptions).join('\n')}
    *)
      case "$at" in
${places.map(wordsAt).join('\n')}
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _${name} ${name}`;
}

function moves({ path, commands }: Place): string[] {
  return commands.map(({ text, leadsTo }) => `      ${quoted(`${path}|${text}`)}) at=${quoted(leadsTo)} ;;`);
}

function valuesAfterOptions({ path, options }: Place): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ text, choices, isPath }) => {
      const then = isPath ? 'compopt -o default 2>/dev/null; return' : `words=${quoted(choices.join(' '))}`;
      return `    ${quoted(`${path}|${text}`)}) ${then} ;;`;
    });
}

function wordsAt({ path, commands, options, values, takesPath }: Place): string {
  const words = [...commands, ...options].map(({ text }) => text);
  const files = takesPath ? ' compopt -o default 2>/dev/null ;' : '';
  return `        ${quoted(path)}) words=${quoted([...values, ...words].join(' '))} ;${files};`;
}
