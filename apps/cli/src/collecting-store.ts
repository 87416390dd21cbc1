import type { Delivery } from '@openpredict/collector'
import type { Store } from '@openpredict/store'
import type { DeliveryEvent, DeliveryState } from '@openpredict/store/delivery'

import { configuredMirror, configuredStore, storeKey } from './configuration.ts'
import { count, formatAge, formatDuration } from './format.ts'
import { openNamedStore } from './named-store.ts'
import type { Services } from './services.ts'

const SQLITE = 'sqlite:'

/** The store that a command writes to. */
export interface CollectingStore extends AsyncDisposable {
  readonly store: Store
  /** The local file of the store or of its mirror; absent for one in memory. */
  readonly file?: string
  /** Present where rows go on from here to a remote store. */
  readonly delivery?: Delivery & { status(): Promise<DeliveryState> }
}

/** Flags that say where rows are kept. */
export interface CollectingStoreFlags {
  readonly store?: string
  readonly mirror?: string
}

/**
 * Opens the store to write to: a file here as it is; a remote store by way of a file here, from which rows are delivered
 * as soon as it takes them, and `onEvent` is told what comes of it.
 */
export async function openCollectingStore(
  flags: CollectingStoreFlags,
  services: Services,
  onEvent = (event: DeliveryEvent): void => services.terminal.note(describeDelivery(event, services)),
): Promise<CollectingStore> {
  const url = configuredStore(flags, services.env)
  const { isRemoteUrl, openMirror, remoteStore } = await import('@openpredict/store/delivery')
  if (!isRemoteUrl(url)) {
    const store = await openNamedStore(url, services)
    const file = url.startsWith(SQLITE) && !url.includes(':memory:') ? { file: url.slice(SQLITE.length) } : {}
    return { store, ...file, [Symbol.asyncDispose]: () => store.close() }
  }
  const { clock, env, terminal } = services
  const file = configuredMirror(flags, env)
  const mirror = await terminal.spin('opening the local mirror', async () =>
    openMirror({
      path: file,
      remote: await remoteStore(url, { clock, ...storeKey(url, env) }),
      clock,
      random: Math.random,
      onEvent,
    }),
  )
  return { store: mirror, file, delivery: mirror, [Symbol.asyncDispose]: () => mirror.close() }
}

/**
 * Waits until everything is delivered, for `ms` at most, and says how many rows are not. `undefined` where nothing is
 * delivered from here.
 */
export async function finishDelivery(
  { delivery }: CollectingStore,
  services: Pick<Services, 'terminal' | 'timer'>,
  { ms, signal }: { readonly ms: number; readonly signal?: AbortSignal },
): Promise<{ readonly waiting: number } | undefined> {
  if (delivery === undefined) return undefined
  const { terminal, timer } = services
  const late = new AbortController()
  const done = new AbortController()
  timer.sleep(ms, done.signal).then(
    () => late.abort(),
    () => undefined,
  )
  try {
    const both = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal])
    const { waiting } = await delivery.status()
    await terminal.spin(`delivering ${count(waiting, 'row')}`, () => delivery.drain({ signal: both }))
  } catch {
    // Said by the event, or by what waits.
  } finally {
    done.abort()
  }
  const { waiting } = await delivery.status()
  return { waiting }
}

/** What a delivery's event says to a person. */
export function describeDelivery(event: DeliveryEvent, { terminal: { colour } }: Pick<Services, 'terminal'>): string {
  switch (event.kind) {
    case 'away': {
      const rest = `${count(event.waiting, 'row')} wait here and will be delivered.`
      const hint = event.hint === '' ? '' : ` ${colour.dim(event.hint)}`
      return `${colour.yellow('!')} ${event.message}. ${rest}${hint}`
    }
    case 'back':
      return `${colour.green('✔')} the remote store takes rows again, after ${formatAge(event.afterMs)}`
    case 'refused':
      return `${colour.red('✖')} the remote store refuses a row of ${event.table} (${event.key}), which is set aside: ${event.message}`
    case 'damaged': {
      const where = event.aside === undefined ? '' : `, and put aside as ${event.aside}`
      return `${colour.yellow('!')} ${event.message}${where}. It is made anew from the remote store; what is missing comes from the source.`
    }
    case 'filled':
      return `${colour.green('✔')} took ${count(event.rows, 'row')} from the remote store in ${formatDuration(event.durationMs)}`
  }
  return event satisfies never
}
