import { Argument, type Command } from 'commander';
import { exitCodes } from '../../contract/errors';
import type { CommandContext } from '../command-context';
import { type Shell, scripts } from '../completion';

const SHELLS = Object.keys(scripts) as Shell[];

const EXAMPLES = `
Examples:
  switchback completion bash > ~/.local/share/bash-completion/completions/switchback
  switchback completion zsh > "\${fpath[1]}/_switchback"
  switchback completion fish > ~/.config/fish/completions/switchback.fish`;

/** `completion`: a script for the shell, of the commands and options as they are. */
export function registerCompletion(program: Command, { environment, act }: CommandContext): void {
  program
    .command('completion')
    .description('print a script that completes commands and options')
    .addArgument(new Argument('<shell>', 'the shell that shall complete').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) =>
      act(false, async () => {
        environment.terminal.line(scripts[shell](program));
        return exitCodes.done;
      }),
    );
}
