/** What is broken on purpose, folder by folder, and the share of it in percent that the tests must notice. */
export const MUTATION_TARGETS = {
  'packages/market': { sources: ['*'], score: 85 },
  // The cleaning rules.
  'packages/fetcher': { sources: ['clean-rows', 'watermark', 'suspects'], score: 85 },
}

/** The target that a step of `npm run mutation` names to Stryker and to Vitest; the first where nothing is named. */
export function currentTarget() {
  const { MUTATION_TARGET: folder = Object.keys(MUTATION_TARGETS)[0] } = process.env
  const target = MUTATION_TARGETS[folder]
  if (target === undefined) throw new Error(`MUTATION_TARGET is "${folder}", expected a key of MUTATION_TARGETS`)
  return { folder, ...target }
}
