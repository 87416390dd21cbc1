import { openMirror, remoteStore } from '../src/delivery/index.ts'
import { NQ } from '../src/testing/samples.ts'
import { collectNth } from './damage-work.ts'
import { realClock } from './real-clock.ts'

// A program that collects and delivers until it is killed. Says the number of every transaction that was committed.
const remote = await remoteStore(process.env['STORE_URL'] ?? '', { clock: realClock })
const mirror = await openMirror({ path: process.argv[2] ?? '', remote, clock: realClock, batchRows: 20 })
for (let n = (await mirror.lastCycle(NQ)) + 1; ; n++) {
  await mirror.transaction((tx) => collectNth(tx, n))
  process.stdout.write(`${n}\n`)
}
