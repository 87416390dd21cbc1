import { copyFileSync } from 'node:fs'

import { type Bar, createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket, type SimulatedMarket, startYahooServer } from '@openpredict/simulator'
import { openStore, type Store } from '@openpredict/store'

import { Workplace } from '../e2e/run-cli.ts'
import { marketRows, type StoredTables } from '../e2e/stored.ts'
import { timer } from '../e2e/world.ts'
import { openpredict, quickTimer } from './in-process.ts'

const FILE = 'openpredict.sqlite'

/** A Wednesday, an hour into the New York morning. */
export const START: number = parseInstant('2024-06-05T14:30:30Z')

export const market: SimulatedMarket = createMarket({ seed: 11, instrument: instrumentOf('NQ=F') })

/** The store's URL in a workplace. */
export function storeIn(workplace: Workplace): string {
  return `sqlite:${workplace.path(FILE)}`
}

export async function openIn(workplace: Workplace): Promise<Store> {
  return await openStore(storeIn(workplace), { clock: timer })
}

/** Every stored bar. */
export async function barsIn(store: Store): Promise<readonly Bar[]> {
  return (await store.readBars({ instrument: market.instrument.symbol })).toArray()
}

/** Bars and features of the store in a workplace. */
export async function tablesIn(workplace: Workplace): Promise<StoredTables> {
  await using store = await openIn(workplace)
  return await marketRows(store)
}

/** A store that the week before START was collected into, made once and copied for each test. */
export class FilledStore implements Disposable {
  readonly tables: StoredTables
  readonly #workplace: Workplace

  private constructor(workplace: Workplace, tables: StoredTables) {
    this.#workplace = workplace
    this.tables = tables
  }

  static async make(): Promise<FilledStore> {
    const workplace = new Workplace()
    await using server = await startYahooServer({ markets: [market], clock: createManualClock(START) })
    const args = ['collect', '--once', '--source', `sim:${server.url}`, '--store', storeIn(workplace)]
    const { code, stderr } = await openpredict(args, quickTimer(1))
    if (code !== 0) throw new Error(`the store could not be filled: ${stderr}`)
    return new FilledStore(workplace, await tablesIn(workplace))
  }

  /** A workplace of its own with a copy of the store. */
  copy(): Workplace {
    const workplace = new Workplace()
    copyFileSync(this.#workplace.path(FILE), workplace.path(FILE))
    return workplace
  }

  [Symbol.dispose](): void {
    this.#workplace[Symbol.dispose]()
  }
}
