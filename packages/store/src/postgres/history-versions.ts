import { checkRow } from '../internal/row-check.ts'
import { raiseSql } from '../internal/statements.ts'
import { historyVersion } from './reads.ts'
import type { Session } from './session.ts'

const RAISE = `${raiseSql('$1')} RETURNING history_version`

/** The history versions of instruments in one transaction, each read once: nobody else changes them meanwhile. */
export class HistoryVersions {
  readonly #session: Session
  readonly #known = new Map<string, number>()

  constructor(session: Session) {
    this.#session = session
  }

  /** The version that an instrument has now. */
  async of(instrument: string): Promise<number> {
    const known = this.#known.get(instrument)
    if (known !== undefined) return known
    return this.#know(instrument, await historyVersion(this.#session, instrument))
  }

  /** Begins the next one. */
  async raise(instrument: string): Promise<number> {
    checkRow('instrument_state', { instrument, history_version: 1 })
    return this.#know(instrument, await this.#session.number(RAISE, [instrument]))
  }

  /** Keeps the higher one, which came last: calls of one transaction may overlap. */
  #know(instrument: string, version: number): number {
    this.#known.set(instrument, Math.max(version, this.#known.get(instrument) ?? 0))
    return version
  }
}
