import { type Clock, instrumentOf } from '@openpredict/market'
import { createMarket, startYahooServer } from '@openpredict/simulator'

/** Where commands are typed whose output is shown. */
export interface PageWorld {
  readonly folder: string
  readonly clock: Clock
  readonly env: Readonly<Record<string, string>>
}

/** Where a reader is shown to be. */
export const HOME = '/home/me/market'

/**
 * A made-up NQ and ES behind a server that speaks as Yahoo does, so that what is written for Yahoo can be run against it.
 * A week of coarser bars, not sixty days.
 */
export async function openPageWorld({ folder, clock }: Omit<PageWorld, 'env'>): Promise<PageWorld & AsyncDisposable> {
  const markets = ['NQ=F', 'ES=F'].map((symbol) => createMarket({ seed: 11, instrument: instrumentOf(symbol) }))
  const server = await startYahooServer({ markets, clock })
  return {
    folder,
    clock,
    env: { OPENPREDICT_YAHOO_URL: server.url, WARM_UP_DAYS: '7', LANG: 'C.UTF-8' },
    [Symbol.asyncDispose]: () => server.close(),
  }
}

/** Does work as somebody does who has gone to a folder. */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const before = process.cwd()
  process.chdir(folder)
  try {
    return await work()
  } finally {
    process.chdir(before)
  }
}

/** What was printed, as if in the folder of a reader, and without spaces at the ends of lines. */
export function atHome(printed: string, { folder }: Pick<PageWorld, 'folder'>): string {
  return printed.replaceAll(folder, HOME).replaceAll(/[ \t]+$/gm, '')
}
