// Run as a process of its own: fetches once from each address given, and leaves everything open.
import { registerHooks } from 'node:module'
import process from 'node:process'

const loaded: string[] = []
registerHooks({
  resolve(specifier, context, next) {
    loaded.push(specifier)
    return next(specifier, context)
  },
})
const clientLoaded = (): boolean => loaded.some((specifier) => specifier.startsWith('yahoo-finance2'))

const { createYahooSource } = await import('../src/index.ts')
const { createManualClock, instrumentOf } = await import('@openpredict/market')
const { realTimer } = await import('./clocks.ts')

const now = Number(process.argv[2])
const ends: string[] = []
for (const baseUrl of process.argv.slice(3)) {
  const source = createYahooSource({
    clock: createManualClock(now),
    timer: realTimer,
    baseUrl,
    attemptTimeoutMs: 1_500,
  })
  if (clientLoaded() !== ends.length > 0) ends.push('client loaded at the wrong time')
  const request = { instrument: instrumentOf('NQ=F'), from: now - 1_800_000, to: now }
  ends.push(
    await source.fetch(request).then(
      () => 'bars',
      (error: { code: string }) => error.code,
    ),
  )
}
// The one thing that this process may say, where it cannot be mixed up with what others print.
process.send?.(ends)
process.disconnect?.()
