import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { Instrument } from '@openpredict/market'

import { type CollectingStore, openCollectingStore } from '../../../collecting-store.ts'
import type { Services } from '../../../services.ts'
import { UsageError } from '../../../usage-error.ts'
import type { BenchmarkFlags } from '../../benchmark.ts'

/** Where a benchmark's rows go. */
export interface BenchmarkStore extends AsyncDisposable {
  readonly stored: CollectingStore
  readonly title: string
}

/**
 * Opens the store that `--store` names, by way of a temporary file where it is remote, or a temporary file alone: what
 * this machine is configured to write to is left alone. Temporary files go when the store is closed or the process ends.
 * Throws a `UsageError` for made-up bars (`isMadeUp`) into a store that has bars of one of the instruments.
 */
export async function openBenchmarkStore(
  { store: url }: BenchmarkFlags,
  { instruments, isMadeUp }: { readonly instruments: readonly Instrument[]; readonly isMadeUp: boolean },
  services: Services,
): Promise<BenchmarkStore> {
  const folder = await mkdtemp(join(tmpdir(), 'openpredict-benchmark-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  const forget = services.onExit(remove)
  const clean = (): void => {
    forget()
    remove()
  }
  const mirror = join(folder, 'mirror.sqlite')
  let stored: CollectingStore | undefined
  try {
    const store = url ?? `sqlite:${join(folder, 'benchmark.sqlite')}`
    stored = await openCollectingStore({ store, mirror }, services)
    if (isMadeUp && url !== undefined) await refuseFilled(stored, instruments)
  } catch (error) {
    await stored?.[Symbol.asyncDispose]()
    clean()
    throw error
  }
  const opened = stored
  return {
    stored: opened,
    // The name of a temporary file says nothing, and would make two reports differ.
    title:
      url === undefined ? 'a temporary SQLite file' : opened.store.location.replace(mirror, 'a temporary SQLite file'),
    async [Symbol.asyncDispose]() {
      try {
        await opened[Symbol.asyncDispose]()
      } finally {
        clean()
      }
    },
  }
}

async function refuseFilled({ store }: CollectingStore, instruments: readonly Instrument[]): Promise<void> {
  for (const { symbol } of instruments) {
    if ((await store.newestBar(symbol)) === undefined) continue
    throw new UsageError(
      `--store has bars of ${symbol}: those of a made-up market would be mixed with them.`,
      'Give a store without them, or leave --store out, or collect from a real source with --source yahoo.',
    )
  }
}
