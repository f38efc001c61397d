import type { Command } from 'commander';
import { type Place, placesOf, quoted, type Word } from './words';

/** Works as an autoloaded function in `fpath`, and when it is sourced. */
export function zsh(program: Command): string {
  const name = program.name();
  const places = placesOf(program);
  return `#compdef ${name}
# zsh completion for ${name}; printed by \`${name} completion zsh\`
_${name}() {
  local at='' word
  local -a offered
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at|$word" in
${places.flatMap(moves).join('\n')}
    esac
  done
  case "$at|\${words[CURRENT-1]}" in
${places.flatMap(valuesAfterOptions).join('\n')}
  esac
  case "$at" in
${places.map(wordsAt).join('\n')}
  esac
  _describe '${name}' offered
}
if [[ "\${funcstack[1]}" = _${name} ]]; then
  _${name} "$@"
else
  compdef _${name} ${name}
fi`;
}

function moves({ path, commands }: Place): string[] {
  return commands.map(({ text, leadsTo }) => `      ${quoted(`${path}|${text}`)}) at=${quoted(leadsTo)} ;;`);
}

function valuesAfterOptions({ path, options }: Place): string[] {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ text, choices, isPath }) => {
      const offer = isPath ? '_files' : `compadd -- ${choices.map(quoted).join(' ')}`;
      return `    ${quoted(`${path}|${text}`)}) ${offer.trimEnd()}; return ;;`;
    });
}

function wordsAt({ path, commands, options, values, takesPath }: Place): string {
  const words = [...values.map((text) => ({ text, about: '' })), ...commands, ...options].map(described);
  const files = takesPath ? ' _files;' : '';
  return `    ${quoted(path)}) offered=(${words.join(' ')});${files} ;;`;
}

/** A colon parts the word from what it does. */
function described({ text, about }: Word): string {
  const word = text.replaceAll(':', '\\:');
  return quoted(about === '' ? word : `${word}:${about}`);
}
