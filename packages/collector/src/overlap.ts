/** From here on a fetch is slow, in milliseconds. */
const SLOW_MS = 4_000
/** So many slow fetches in a row, and less is asked for. */
const PATIENCE = 5
const LEAST_MINUTES = 2

/**
 * How many minutes a cycle asks for again. After five slow fetches in a row, over 4 s each, it is half as many with each
 * further one, down to two; the first fetch that is not slow brings them back.
 */
export class Overlap {
  readonly #minutes: number
  #slow = 0

  constructor(minutes: number) {
    this.#minutes = minutes
  }

  get minutes(): number {
    const halvings = Math.max(0, this.#slow - PATIENCE + 1)
    const least = Math.min(this.#minutes, LEAST_MINUTES)
    return Math.max(least, Math.ceil(this.#minutes / 2 ** halvings))
  }

  /** Takes in how long a fetch took, in milliseconds, however it ended. */
  note(durationMs: number): void {
    this.#slow = durationMs > SLOW_MS ? this.#slow + 1 : 0
  }
}
