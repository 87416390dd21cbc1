import type { Command } from 'commander'

import { EXIT } from '../../../exit.ts'
import type { Services } from '../../../services.ts'
import type { Shell } from '../../completion.ts'
import { bashCompletion } from './completion-bash.ts'
import { fishCompletion } from './completion-fish.ts'
import { completionTree } from './completion-tree.ts'
import { zshCompletion } from './completion-zsh.ts'

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const

/** Prints the script for a shell, made from the program that `command` belongs to. */
export function printCompletion(shell: Shell, command: Command, { terminal }: Services): Promise<number> {
  let program = command
  while (program.parent !== null) program = program.parent
  terminal.out(SCRIPTS[shell](completionTree(program)).trimEnd())
  return Promise.resolve(EXIT.fine)
}
