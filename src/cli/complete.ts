import type { Argument, Command, Option } from 'commander';

/** What may be typed next: words, each with what it does behind a tab, and `:files` where a path may stand. */
export function completionsOf(program: Command, typed: readonly string[]): string[] {
  const current = typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const command = before.reduce<Command>((at, word) => commandIn(at, word) ?? at, program);
  const help = command.createHelp();
  const options = help.visibleOptions(command);
  const last = options.find(({ long }) => long === before.at(-1));
  const offered =
    last !== undefined && (last.required || last.optional)
      ? valuesOf(last, last.flags)
      : [
          ...command.registeredArguments.flatMap((argument) => valuesOf(argument, argument.name())),
          ...help
            .visibleCommands(command)
            .flatMap((child) =>
              [child.name(), ...child.aliases()].map((name) => `${name}\t${child.description()}`),
            ),
          ...options.flatMap(({ long, description }) => (long ? [`${long}\t${description}`] : [])),
        ];
  const isPath = !current.startsWith('-');
  return offered.filter((word) => (word === FILES ? isPath : word.startsWith(current)));
}

const FILES = ':files';

function commandIn(command: Command, word: string): Command | undefined {
  return command.commands.find((child) => child.name() === word || child.aliases().includes(word));
}

/** The values that are known, or that it is a path. */
function valuesOf({ argChoices = [] }: Option | Argument, name: string): string[] {
  return /file|folder/.test(name) ? [FILES] : argChoices.map((value) => `${value}\t`);
}

/** For each shell, what asks `switchback __complete` with the words that are typed, the last of them in part. */
export const completionScripts = {
  // For bash 3.2 and later: no mapfile.
  bash: `# bash completion for switchback
_switchback() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :files) compopt -o default 2>/dev/null ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("$1" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _switchback switchback`,
  // Works as an autoloaded function in fpath, and when it is sourced.
  zsh: `#compdef switchback
_switchback() {
  local line
  local -a offered
  while IFS= read -r line; do
    case "$line" in
      :files) _files ;;
      *) offered+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe switchback offered
}
if [[ "\${funcstack[1]}" = _switchback ]]; then _switchback "$@"; else compdef _switchback switchback; fi`,
  fish: `# fish completion for switchback
function __switchback_complete
  set -l typed (commandline -opc)
  set -l current (commandline -ct)
  for line in ($typed[1] __complete $typed[2..-1] "$current" 2>/dev/null)
    if test "$line" = :files
      __fish_complete_path "$current"
    else
      echo $line
    end
  end
end
complete -c switchback -f -a '(__switchback_complete)'`,
} as const;
