/** What is broken on purpose, folder by folder, and the share of it in percent that the tests must notice. */
export const MUTATION_TARGETS = {
  'packages/market': { sources: ['*'], score: 85 },
  // The cleaning rules.
  'packages/fetcher': { sources: ['clean-rows', 'watermark', 'suspects'], score: 85 },
  'packages/calculators': {
    sources: ['*'],
    // Without the comparisons with the naive references, which take minutes: the tests beside the code notice alone.
    tests: ['src'],
    last: ['src/exchange', 'src/internal/row-calculator', 'src/engine'],
    // One thread for all files of a run. They share nothing, and each run loads the code anew.
    isolate: false,
    pool: 'threads',
    // Every loop over bars becomes an endless one sooner or later: their tests take milliseconds.
    timeoutMS: 5_000,
    score: 90,
  },
}

/** The target that a step of `npm run mutation` names to Stryker and to Vitest; the first where nothing is named. */
export function currentTarget() {
  const { MUTATION_TARGET: folder = Object.keys(MUTATION_TARGETS)[0] } = process.env
  const target = MUTATION_TARGETS[folder]
  if (target === undefined) throw new Error(`MUTATION_TARGET is "${folder}", expected a key of MUTATION_TARGETS`)
  return { folder, ...target }
}
