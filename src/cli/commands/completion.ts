import { Argument, type Command } from 'commander';
import { exitCodes } from '../../contract/errors';
import type { CommandContext } from '../command-context';
import { completionScripts } from '../complete';

type Shell = keyof typeof completionScripts;
const SHELLS = Object.keys(completionScripts) as Shell[];

const EXAMPLES = `
Examples:
  switchback completion bash > ~/.local/share/bash-completion/completions/switchback
  switchback completion zsh > "\${fpath[1]}/_switchback"
  switchback completion fish > ~/.config/fish/completions/switchback.fish`;

/** `completion`: a script for the shell, which asks this program what may be typed next. */
export function registerCompletion(program: Command, { environment, act }: CommandContext): void {
  program
    .command('completion')
    .description('print a script that completes commands and options')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) =>
      act(false, async () => {
        environment.terminal.line(completionScripts[shell]);
        return exitCodes.done;
      }),
    );
}
