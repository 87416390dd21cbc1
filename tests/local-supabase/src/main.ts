// `pnpm supabase:local`: a local Supabase data API for people, until Ctrl-C.
import { once } from 'node:events'

import { unavailable } from './binaries.ts'
import { LocalSupabase } from './orders.ts'
import { startSupervisor } from './start.ts'

const reason = unavailable('data API')
if (reason === undefined) {
  const { control, stop } = await startSupervisor()
  const server = new LocalSupabase(control)
  const database = await server.createDatabase()
  const { url, keys } = await server.startDataApi(database)
  process.stdout.write(`A local Supabase data API, empty, gone when it ends. The keys are of this run only.

  SUPABASE_URL=${url}
  SUPABASE_ANON_KEY=${keys.anon}
  SUPABASE_SERVICE_ROLE_KEY=${keys.serviceRole}
  DATABASE_URL=${database.url}

Ctrl-C ends it.
`)
  // A promise alone does not keep a process.
  const awake = setInterval(() => {}, 1 << 30)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')])
  clearInterval(awake)
  await stop()
} else {
  process.stderr.write(`${reason}\n`)
  process.exitCode = 2
}
