import { inject } from 'vitest'

import { type Control, LocalSupabase } from './orders.ts'
import { type Started, startSupervisor } from './start.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the run's server is asked for. */
    localSupabase: string
  }
}

let own: Promise<Started> | undefined

/**
 * The server of this test run; started when it is first asked for. Check `unavailable()` before. Without the
 * `globalSetup` of this package, each process has a server of its own, which ends with it.
 */
export async function localSupabase(): Promise<LocalSupabase> {
  const door = inject('localSupabase') as string | undefined
  if (door === undefined) {
    own ??= startSupervisor()
    return new LocalSupabase((await own).control)
  }
  const response = await fetch(door)
  if (!response.ok) throw new Error(await response.text())
  return new LocalSupabase((await response.json()) as Control)
}
