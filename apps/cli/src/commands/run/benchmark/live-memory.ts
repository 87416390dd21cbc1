import process from 'node:process'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/** What this process holds when everything that can be let go has been: its heap, and buffers outside of it, in bytes. */
export async function liveMemory(): Promise<number> {
  collect ??= garbageCollector()
  // What is freed by one round may hold what the next one frees.
  for (let round = 0; round < 2; round++) {
    await nextTurn()
    collect()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The engine's own collector, which a program otherwise does not see. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
