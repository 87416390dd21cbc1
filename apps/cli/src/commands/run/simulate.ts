import { createScaledClock, formatInstant } from '@openpredict/market'
import { createMarket, startYahooServer } from '@openpredict/simulator'

import { configuredInstruments } from '../../configuration.ts'
import { EXIT } from '../../exit.ts'
import { SIMULATOR_PORT } from '../../open-source.ts'
import type { Services } from '../../services.ts'
import type { SimulateFlags } from '../simulate.ts'

/** Serves a simulated market until the process is told to stop. */
export async function simulate(flags: SimulateFlags, services: Services): Promise<number> {
  const { terminal, signal } = services
  const { seed = 1, speed = 1, port = SIMULATOR_PORT, json } = flags
  const clock = createScaledClock(services.timer, { start: flags.start ?? services.clock.now(), speed })
  const instruments = configuredInstruments(flags, services.env)
  const markets = instruments.map((instrument) => createMarket({ seed, instrument }))
  const server = await startYahooServer({
    markets,
    clock,
    speed,
    port,
    onRequest(request) {
      if (json === true) terminal.out(JSON.stringify({ ...request, time: formatInstant(request.time) }))
      else terminal.note(`${formatInstant(request.time)}  ${request.status}  ${request.path}  ${request.bars} bars`)
    },
  })
  const symbols = instruments.map(({ symbol }) => symbol).join(', ')
  if (json === true)
    terminal.out(JSON.stringify({ url: server.url, seed, speed, symbols, now: formatInstant(clock.now()) }))
  else {
    terminal.out(
      `${terminal.colour.bold(symbols)}, market ${seed}, ${speed} × real time, now ${formatInstant(clock.now())}`,
    )
    terminal.out(`listening on ${server.url}  (try: openpredict collect --source sim:${server.url})`)
  }
  try {
    await stopped(signal)
  } finally {
    await server.close()
  }
  return EXIT.fine
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  // A listening server keeps the process alive; this only has to wait for the signal.
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
