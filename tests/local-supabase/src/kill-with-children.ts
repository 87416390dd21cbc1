import { existsSync, readFileSync } from 'node:fs'

import type { Child } from './children.ts'

/**
 * Kills a program together with the processes that it has started, and waits until all are gone. Where these cannot be
 * listed (there is no `/proc`), the program is told to end at once, and ends them itself.
 */
export async function killWithChildren(program: Child): Promise<void> {
  const { pid } = program
  if (pid === undefined || program.ending !== undefined) return
  const list = `/proc/${pid}/task/${pid}/children`
  if (!existsSync(list)) return await program.end()
  // Stopped first, so that the list stays complete while it is gone through.
  process.kill(pid, 'SIGSTOP')
  const children = readFileSync(list, 'utf8').split(' ').map(Number).filter(Boolean)
  for (const each of [pid, ...children]) killed(each)
  await program.ended
  while (children.some(runs)) {
    await new Promise((resolve) => {
      setTimeout(resolve, 2)
    })
  }
}

function killed(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

/** Whether a process still holds its memory and files: one that is dead and only waits to be asked how it ended does not. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}
