// A program that starts a server, makes a database and says where it is; a test kills it.
import { LocalSupabase } from './orders.ts'
import { startSupervisor } from './start.ts'

const { control } = await startSupervisor()
const database = await new LocalSupabase(control).createDatabase()
process.stdout.write(`${database.url}\n`)
setInterval(() => {}, 1 << 30)
