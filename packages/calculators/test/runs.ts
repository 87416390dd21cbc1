import fc from 'fast-check'
import { vi } from 'vitest'

/** Whether to take the time that it takes: OPENPREDICT_FULL=1. */
export const FULL: boolean = process.env['OPENPREDICT_FULL'] === '1'

/** How often a property runs: a third of `usual`, and in full ten times as often as usual. */
export function runs(usual: number): { readonly numRuns: number } {
  return { numRuns: FULL ? 10 * usual : Math.ceil(usual / 3) }
}

/** Lets the tests of a file run for longer than unit tests may: they compare many rows, on machines busy with others. */
export function allowTime(): void {
  vi.setConfig({ testTimeout: FULL ? 900_000 : 60_000 })
}

/** Any part of a whole, both ends included, evenly: doubles from 0 to 1 would nearly all be next to nothing. */
export const parts: fc.Arbitrary<number> = fc.integer({ min: 0, max: 1000 }).map((permille) => permille / 1000)
