import { spawn } from 'node:child_process'
import { once } from 'node:events'

import type { RunCommand } from '@openpredict/monitor'

/** Runs a program without a shell; it is killed when the signal aborts. What it prints is nobody's. */
export const runAlertCommand: RunCommand = async ([program, ...args], input, signal) => {
  signal.throwIfAborted()
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], signal, killSignal: 'SIGKILL' })
  // A program that does not read what it is given has its reasons.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code }
}
