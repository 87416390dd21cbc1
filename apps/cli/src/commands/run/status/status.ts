import { existsSync } from 'node:fs'
import process from 'node:process'

import type { Clock } from '@openpredict/market'
import { StatusReader, type StatusView } from '@openpredict/monitor'
import type { Store } from '@openpredict/store'
import { type DeliveryState, isRemoteUrl, readDelivery } from '@openpredict/store/delivery'

import { configuredInstruments, configuredMirror, configuredStore } from '../../../configuration.ts'
import { EXIT, failureOf } from '../../../exit.ts'
import { openNamedStore } from '../../../named-store.ts'
import { redactorFor } from '../../../secrets.ts'
import type { Services } from '../../../services.ts'
import type { StatusFlags } from '../../status.ts'
import { timeOf } from '../report/report.ts'
import { statusFrame } from './status-frame.ts'
import { statusJson } from './status-json.ts'
import { type Command, isUnicodeTerminal, LiveScreen } from './status-screen.ts'
import type { Line } from './status-text.ts'

/** How delivery stands is asked for anew after so long: it takes a connection of its own. */
const DELIVERY_EVERY = 5_000
const PIPE_WIDTH = 80

/** What is seen at one time. */
interface Seen {
  readonly at: number
  readonly views: readonly StatusView[]
  readonly delivery: DeliveryState | undefined
}

/** Shows how the configured instruments stand, once or until told to stop. */
export async function showStatus(flags: StatusFlags, services: Services): Promise<number> {
  const { url, mirror } = statusStore(flags, services)
  const time = await timeOf(flags.source, services)
  const clean = redactorFor(services.env, [flags.store]).text
  await using store = await openNamedStore(url, services, { readOnly: true, migrate: false })
  const look = watcher(store, { flags, services, time, mirror, clean })
  if (flags.watch !== true) {
    const seen = await look()
    services.terminal.out(textOf(seen, { flags, services, store }))
    return EXIT.fine
  }
  const { stdout } = services.terminal
  const isLive = stdout.isTTY === true && services.env['TERM'] !== 'dumb' && flags.json !== true
  const run = isLive ? watchLive : watchLines
  return await run(look, { flags, services, store })
}

interface ViewOptions {
  readonly flags: StatusFlags
  readonly services: Services
  readonly store: Store
}

/**
 * The store to look at: the one that is named; of a remote one that is configured, the file from which rows are delivered
 * to it where there is one here, which has everything first.
 */
function statusStore(
  flags: StatusFlags,
  { env }: Services,
): { readonly url: string; readonly mirror: string | undefined } {
  const url = configuredStore(flags, env)
  if (!isRemoteUrl(url)) return { url, mirror: url.slice('sqlite:'.length) }
  const file = configuredMirror({}, env)
  if (flags.store !== undefined || !existsSync(file)) return { url, mirror: undefined }
  return { url: `sqlite:${file}`, mirror: file }
}

/** Looks again each time that it is called. */
function watcher(
  store: Store,
  options: {
    readonly flags: StatusFlags
    readonly services: Services
    /** The time that the collector goes by. */
    readonly time: Clock
    readonly mirror: string | undefined
    readonly clean: (text: string) => string
  },
): () => Promise<Seen> {
  const { flags, time, mirror, clean } = options
  const { env, clock, timer, signal } = options.services
  const readers = configuredInstruments(flags, env).map((instrument) => new StatusReader(store, instrument))
  const began = timer.now()
  const now = (): number => (flags.asOf === undefined ? time.now() : flags.asOf + Math.round(timer.now() - began))
  let delivery: { readonly state: DeliveryState | undefined; readonly at: number } | undefined
  return async () => {
    const at = now()
    const views = await Promise.all(readers.map(async (reader) => cleaned(await reader.read(at, { signal }), clean)))
    if (mirror !== undefined && (delivery === undefined || timer.now() - delivery.at >= DELIVERY_EVERY)) {
      const state = await readDelivery(mirror, { clock })
      const failure = state?.failure
      delivery = {
        state: state && failure !== undefined ? { ...state, failure: clean(failure) } : state,
        at: timer.now(),
      }
    }
    return { at, views, delivery: delivery?.state?.target === undefined ? undefined : delivery.state }
  }
}

function cleaned(view: StatusView, clean: (text: string) => string): StatusView {
  const { lastCycle } = view
  if (lastCycle?.error === undefined) return view
  return { ...view, lastCycle: { ...lastCycle, error: clean(lastCycle.error) } }
}

/** A document for machines, or a block of text for each instrument. */
function textOf({ at, views, delivery }: Seen, { flags, services, store }: ViewOptions): string {
  if (flags.json === true) return JSON.stringify(statusJson(views, { at, store: store.location, delivery }))
  const { terminal, env } = services
  const { columns = 0 } = terminal.stdout as { readonly columns?: number }
  const screen = {
    width: columns > 0 ? columns : PIPE_WIDTH,
    height: Number.POSITIVE_INFINITY,
    colour: terminal.colour,
    isUnicode: isUnicodeTerminal(env, process.platform),
  }
  const foot: Line = [{ text: store.location, look: 'faint' }]
  return views
    .map((view) => statusFrame({ views: [view], selected: 0, delivery, foot }, screen).join('\n'))
    .join('\n\n')
}

/** Prints a block each time, for those who read along without a terminal: a line of JSON with `--json`. */
async function watchLines(look: () => Promise<Seen>, options: ViewOptions): Promise<number> {
  const { flags, services } = options
  const { terminal, timer, signal } = services
  let shown = 0
  for (;;) {
    try {
      const text = textOf(await look(), options)
      terminal.out(shown === 0 || flags.json === true ? text : `\n${text}`)
      shown++
      await timer.sleep(flags.interval * 1_000, signal)
    } catch (error) {
      // What had been shown was what was asked for.
      if (signal.aborted && shown > 0) return EXIT.fine
      throw error
    }
  }
}

/** Keeps a screen up to date. A store that cannot be read is said, and asked again, with what was seen last left standing. */
async function watchLive(look: () => Promise<Seen>, { flags, services, store }: ViewOptions): Promise<number> {
  const { terminal, env, timer, signal } = services
  const quit = new AbortController()
  const stop = AbortSignal.any([signal, quit.signal])
  let seen = await look()
  let trouble: string | undefined
  let selected = 0
  const redraw = (): void => {
    const screen = { ...live.size, colour: terminal.colour, isUnicode: isUnicodeTerminal(env, process.platform) }
    const foot = footLine({ flags, trouble, several: seen.views.length > 1, location: store.location })
    live.draw(statusFrame({ ...seen, selected, foot }, screen))
  }
  const obey = (command: Command): void => {
    const { length } = seen.views
    if (command === 'quit') quit.abort()
    else if (command === 'suspend') suspend(live, redraw)
    else if (command === 'next') selected = (selected + 1) % length
    else if (command === 'previous') selected = (selected + length - 1) % length
    redraw()
  }
  using live = new LiveScreen({ stdin: process.stdin, stdout: process.stdout }, obey)
  // Also where the process is ended without waiting.
  const forget = services.onExit(live.leave)
  live.enter()
  try {
    while (!stop.aborted) {
      redraw()
      await timer.sleep(flags.interval * 1_000, stop).catch(() => undefined)
      if (stop.aborted) break
      try {
        seen = await look()
        trouble = undefined
      } catch (error) {
        if (!stop.aborted) trouble = redactorFor(env, [flags.store]).text(failureOf(error).message)
      }
    }
  } finally {
    forget()
  }
  return EXIT.fine
}

function footLine(options: {
  readonly flags: StatusFlags
  readonly trouble: string | undefined
  readonly several: boolean
  readonly location: string
}): Line {
  const { flags, trouble, several, location } = options
  if (trouble !== undefined) return [{ text: `! ${trouble}; q quits`, look: 'bad' }]
  const tab = several ? 'Tab next · ' : ''
  return [{ text: `q quit · ${tab}every ${flags.interval} s · ${location}`, look: 'faint' }]
}

/** Gives the terminal back and stops, as Ctrl-Z does, until the shell lets it go on. */
function suspend(live: LiveScreen, redraw: () => void): void {
  live.leave()
  process.once('SIGCONT', () => {
    live.enter()
    redraw()
  })
  process.kill(process.pid, 'SIGSTOP')
}
