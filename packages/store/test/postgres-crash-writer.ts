import { createPostgresStore } from '../src/postgres/index.ts'
import { NQ } from '../src/testing/samples.ts'
import { writeStep } from './crash-work.ts'
import { realClock } from './real-clock.ts'

// A program that writes until it is killed. Says the number of every transaction that was committed.
const store = await createPostgresStore({ url: process.env['STORE_URL'] ?? '', clock: realClock })
for (let n = (await store.lastCycle(NQ)) + 1; ; n++) {
  await writeStep(store, n)
  process.stdout.write(`${n}\n`)
}
