import { randomUUID } from 'node:crypto'

import type { Clock } from '@openpredict/market'

import { StoreError } from '../errors.ts'
import { isLocked } from './failures.ts'
import type { Rest } from './rest.ts'

/** How writers wait for one another. */
export interface LockOptions {
  readonly clock: Clock
  /** Of 0 to 1, 1 not included. */
  readonly random: () => number
  /** How long to wait while another program writes, ms. */
  readonly lockTimeoutMs: number
}

/** Pauses between two looks whether the other program is done, ms: between half of it and all, doubling. */
const FIRST_PAUSE = 20
const LONGEST_PAUSE = 320
/** How long to wait for the answer to giving a lease back, ms; it ends by itself. */
const RELEASE_TIMEOUT = 5_000

/** Tries until `attempt` has an answer; `undefined` from it, or a failure because of another writer: not yet. */
export async function whenUnlocked<T>(
  rest: Rest,
  { clock, random, lockTimeoutMs }: LockOptions,
  attempt: () => Promise<T | undefined>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const started = clock.now()
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    const answer = await attempt().catch((error: unknown) => {
      if (!isLocked(error)) throw error
      return undefined
    })
    if (answer !== undefined) return answer
    const waitedMs = clock.now() - started
    if (waitedMs >= lockTimeoutMs) throw locked(rest.location, waitedMs)
    await clock.sleep(Math.min((pause * (1 + random())) / 2, lockTimeoutMs - waitedMs), signal)
  }
}

function locked(location: string, waitedMs: number): StoreError {
  return new StoreError(
    `store ${location}: another program was writing to it for all of ${waitedMs} ms`,
    { kind: 'locked', waitedMs },
    { hint: 'Wait until the other program is done, or stop it.' },
  )
}

/** The right to be the only one that writes over HTTP, for a while: kept up while the work of a transaction goes on. */
export class Lease {
  /** Whoever sends it is the holder. */
  readonly id: string = randomUUID()
  readonly #rest: Rest
  readonly #options: LockOptions & { readonly leaseMs: number }
  readonly #over = new AbortController()

  constructor(rest: Rest, options: LockOptions & { readonly leaseMs: number }) {
    this.#rest = rest
    this.#options = options
  }

  /** Takes the lease, and prolongs it again and again. Rejects with `locked` when others do not give it up in time. */
  async take(signal: AbortSignal | undefined): Promise<void> {
    await whenUnlocked(this.#rest, this.#options, async () => ((await this.#begin(signal)) ? true : undefined), signal)
    void this.#keepUp()
  }

  /**
   * Gives it back. Says whether nothing has come of it: `false` when what was sent with it has been stored; `undefined`
   * when nobody knows, because the server did not answer.
   */
  async giveBack(): Promise<boolean | undefined> {
    this.#over.abort()
    try {
      return (
        (await this.#rest.call('openpredict_end', { lease: this.id }, AbortSignal.timeout(RELEASE_TIMEOUT))) === true
      )
    } catch {
      return undefined
    }
  }

  /** It has served its purpose, and is no longer held. */
  isUsed(): void {
    this.#over.abort()
  }

  async #begin(signal: AbortSignal | undefined): Promise<boolean> {
    const parameters = { lease: this.id, milliseconds: this.#options.leaseMs }
    return (await this.#rest.call('openpredict_begin', parameters, signal)) === true
  }

  async #keepUp(): Promise<void> {
    const { signal } = this.#over
    try {
      for (;;) {
        await this.#options.clock.sleep(this.#options.leaseMs / 3, signal)
        await this.#begin(signal)
      }
    } catch {
      // Over, or the server does not answer: then the commit says so.
    }
  }
}
