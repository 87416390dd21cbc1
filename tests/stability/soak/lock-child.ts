import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'

// A program that holds the lock of a SQLite file until its standard input is closed. Says so when it has it.
const database = new DatabaseSync(process.argv[2] ?? '')
database.exec('PRAGMA busy_timeout = 60000; BEGIN IMMEDIATE')
process.stdout.write('held\n')
process.stdin.resume()
await once(process.stdin, 'end')
database.exec('ROLLBACK')
database.close()
