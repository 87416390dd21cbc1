import type { RemoteStore } from '../src/delivery/index.ts'
import { openMirror, remoteStore } from '../src/delivery/index.ts'
import { barAt, ORIGIN } from '../src/testing/samples.ts'
import { realClock } from '../test/real-clock.ts'

// A program that writes many bars while its remote store is away, then delivers them, and says what memory that takes.
const [path = '', rows = '0'] = process.argv.slice(2)
const supabaseKey = process.env['STORE_KEY']
const options = { clock: realClock, ...(supabaseKey === undefined ? {} : { supabaseKey }) }
const real = await remoteStore(process.env['STORE_URL'] ?? '', options)
let away = false
const remote: RemoteStore = {
  location: real.location,
  open: async () => {
    if (away) throw new Error('away')
    return await real.open()
  },
}
await (await openMirror({ path, remote, clock: realClock })).close()
away = true
const mirror = await openMirror({ path, remote, clock: realClock })
const PORTION = 1_000
for (let from = 0; from < Number(rows); from += PORTION) {
  const list = Array.from({ length: PORTION }, (_, i) => barAt(from + i))
  await mirror.transaction((tx) => tx.putBars('memory', list, ORIGIN))
}
away = false
globalThis.gc?.()
const before = process.memoryUsage().rss
let most = before
const started = performance.now()
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss)
}, 5)
await mirror.drain()
clearInterval(watch)
const seconds = (performance.now() - started) / 1_000
await mirror.close()
process.stdout.write(JSON.stringify({ before, most, seconds }))
