// The fetcher alone: closed, clean bars from Yahoo's protocol, with retries; here from the simulator on this machine.
//
//   npm install @openpredict/fetcher @openpredict/market @openpredict/simulator
//   node fetcher-alone.ts
//
// For Yahoo itself, leave `baseUrl` out and take the real clock:
// `const clock = { now: () => Date.now(), sleep: (ms, signal) => wait(ms, undefined, { signal }) }`.
import { setTimeout as wait } from 'node:timers/promises'

import { createYahooSource, FetchError, withRetries } from '@openpredict/fetcher'
import { type Clock, createManualClock, formatInstant, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket, startYahooServer } from '@openpredict/simulator'

const clock = createManualClock(parseInstant('2024-07-01T15:00:30Z'))
// Real time, for deadlines and pauses.
const timer: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, signal === undefined ? {} : { signal }),
}

const server = await startYahooServer({ markets: [createMarket()], clock })
const source = withRetries(createYahooSource({ clock, timer, baseUrl: server.url }), {
  timer,
  random: () => 0.1,
  onRetry: ({ error, attempt }) => console.log(`attempt ${attempt} after: ${error.failure.kind}`),
})
const lastHour = { from: clock.now() - 3_600_000, to: clock.now() }

// The first request meets a server that is overloaded.
server.faults.next({ kind: '503' })
const batch = await source.fetch({ instrument: instrumentOf('NQ=F'), ...lastHour })
console.log(`${batch.bars.length} closed bars in ${batch.requests} requests`)
console.log(`closed up to ${formatInstant(batch.watermark)}: the source is ${batch.delayMs / 60_000} minutes late`)
const last = batch.bars.at(-1)
if (last !== undefined) console.log(`last ${formatInstant(last.time)} close ${last.close}`)
if (batch.forming !== undefined) console.log(`forming ${formatInstant(batch.forming.time)}, not to be calculated on`)

// What fails is a value to switch on.
try {
  await source.fetch({ instrument: instrumentOf('ES=F'), ...lastHour })
} catch (error) {
  if (!(error instanceof FetchError)) throw error
  console.log(`${error.failure.kind}: ${error.hint}`)
}
await server.close()
