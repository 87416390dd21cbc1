import { Argument, Command } from 'commander'

import type { Action, Services } from '../services.ts'

/** The shells that there are scripts for. */
const SHELLS = ['bash', 'zsh', 'fish'] as const

/** The name of a shell. */
export type Shell = (typeof SHELLS)[number]

/** `completion`: what Tab completes, as a script for a shell. */
export function completionCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  return new Command('completion')
    .description('print a script that has Tab complete commands, options and their values')
    .addArgument(new Argument('<shell>', 'the shell that it is for').choices(SHELLS))
    .addHelpText(
      'after',
      `
The script is made from the commands of this version. Read as each shell starts, it is never older than they are; Tab
itself starts nothing.

  bash  in ~/.bashrc:                    source <(openpredict completion bash)
  zsh   in ~/.zshrc, after compinit:     source <(openpredict completion zsh)
  fish  in ~/.config/fish/config.fish:   openpredict completion fish | source

Examples:
  $ source <(openpredict completion bash)
  $ openpredict completion bash > /etc/bash_completion.d/openpredict`,
    )
    .action(async (shell: Shell, _: unknown, command: Command) => {
      await run(async () => (await import('./run/completion/completion.ts')).printCompletion(shell, command, services))
    })
}
