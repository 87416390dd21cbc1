import { once } from 'node:events'

import { createPostgresStore } from '../src/postgres/index.ts'
import { nthReplica } from './crash-work.ts'
import { pairBars, pairLevels, pairRounds, putPairCycle } from './pair-work.ts'
import { realClock } from './real-clock.ts'
import { NQ } from '../src/testing/samples.ts'

// One of two programs that write the same minutes at the same time. Begins when it is told to; says at the end, in one
// line of JSON, which bars it was the first to write.
const writer = Number(process.argv[2])
await using store = await createPostgresStore({ url: process.env['STORE_URL'] ?? '', clock: realClock })
process.stdout.write('ready\n')
await once(process.stdin, 'data')
const inserted: number[] = []
for (const round of pairRounds(writer)) {
  await store.transaction(async (tx) => {
    // First: rows that both write would make one wait for the other from then on.
    await putPairCycle(tx, writer, round)
    const origin = { source: `writer ${writer}`, ingestedAt: round }
    const result = await tx.putBars(NQ, pairBars(writer, round), origin)
    inserted.push(...result.inserted.time)
    await tx.putRows('reference_levels', NQ, pairLevels(writer, round), { historyVersion: 0, asOf: 2 * round + writer })
  })
  const { rows } = nthReplica(round)
  await store.replicate({ rows })
}
process.stdout.write(`${JSON.stringify(inserted)}\n`)
process.stdin.destroy()
