import { createSqliteStore } from '../src/sqlite/index.ts'
import { NQ } from '../src/testing/samples.ts'
import { writeNth } from './crash-work.ts'
import { realClock } from './real-clock.ts'

// A program that writes until it is killed. Says the number of every transaction that was committed.
const store = await createSqliteStore({ path: process.argv[2] ?? '', clock: realClock })
for (let n = (await store.lastCycle(NQ)) + 1; ; n++) {
  await store.transaction((tx) => writeNth(tx, n))
  process.stdout.write(`${n}\n`)
}
