import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import type { Control } from './orders.ts'

/** A server that runs until it is stopped, or until this process is gone. */
export interface Started {
  readonly control: Control
  readonly stop: () => Promise<void>
}

/** Options of `startSupervisor`. */
export interface SupervisorOptions {
  /** Whether the server may be killed and started again, with its data. @default false */
  readonly lasting?: boolean
  /** Whether it is without Supabase's roles, default grants and publication. @default false */
  readonly plain?: boolean
}

/** Starts the supervisor, which ends by itself when this process does: also when it is killed. */
export async function startSupervisor({ lasting = false, plain = false }: SupervisorOptions = {}): Promise<Started> {
  const program = join(import.meta.dirname, 'supervisor.ts')
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      program,
      ...(lasting ? ['--lasting'] : []),
      ...(plain ? ['--plain'] : []),
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      // Out of the terminal's reach: it is for this process to say when it ends.
      detached: true,
    },
  )
  const exited = once(child, 'exit')
  const line = await Promise.race([once(child.stdout, 'data') as Promise<[Buffer]>, exited])
  if (!Buffer.isBuffer(line[0])) {
    throw new Error(`the local server did not start: ended by ${child.signalCode ?? `exit code ${child.exitCode}`}`)
  }
  const control = JSON.parse(line[0].toString('utf8')) as Control
  child.unref()
  return {
    control,
    stop: async () => {
      child.ref()
      child.stdin.end()
      await exited
    },
  }
}
