// What each command runs, step by step. Sources run as they are (`--conditions=@openpredict/source`): no build is needed
// to try the project or to test it.
import { MUTATION_TARGETS } from './mutation/targets.mjs'
import { SetupError } from './setup.mjs'

// The same space for young objects as in the shebang of the built command.
const SOURCE = ['--conditions=@openpredict/source', '--disable-warning=ExperimentalWarning', '--max-semi-space-size=4']
const CLI = 'apps/cli/src/main.ts'

const node = (...args) => ({ command: 'node', args })
const bin = (name, ...args) => ({ command: name, args })
const vitest = (...args) => ({ command: 'vitest', args })
// The two dashes keep Node from taking our own --env-file for its own.
const openpredict = (...args) => node(...SOURCE, '--', CLI, ...args)

/** One run for each folder, so that each is held to its own score; options are Stryker's. */
function mutation(args) {
  const options = args.filter((arg) => arg.startsWith('-'))
  const named = args.filter((arg) => !arg.startsWith('-')).map((arg) => arg.replace(/\/$/, ''))
  const known = Object.keys(MUTATION_TARGETS)
  const unknown = named.find((folder) => !known.includes(folder))
  if (unknown !== undefined)
    throw new SetupError(`"${unknown}" is not mutated.`, `Expected one of ${known.join(', ')}.`)
  return (named.length === 0 ? known : named).map((folder) => ({
    ...bin('stryker', 'run', 'scripts/mutation/stryker.config.mjs', ...options),
    env: { MUTATION_TARGET: folder },
  }))
}

export const TASKS = {
  demo: (args) => [openpredict('demo', ...args)],
  start: (args) => [openpredict(...args)],
  test: (args) => [vitest('run', ...args)],
  // Coverage and mutants are for whole runs: with a file or an option there is something smaller to look at.
  'test:full': (args) => [
    { ...vitest('run', ...(args.length === 0 ? ['--coverage'] : args)), env: { OPENPREDICT_FULL: '1' } },
    ...(args.length === 0 ? mutation(['--force']) : []),
  ],
  mutation,
  soak: (args) => [node(...SOURCE, '--', 'tests/stability/soak/main.ts', ...args)],
  bench: (args) => [vitest('bench', '--run', ...args)],
  docs: () => [node('docs/site/build.mjs')],
  'release:dry': () => [node('scripts/release-dry.mjs')],
  check: () => [
    bin('oxfmt', '--check'),
    bin('oxlint', '--type-aware', '--deny-warnings'),
    bin('tsc', '--noEmit'),
    bin('knip'),
    bin('turbo', 'run', 'build', 'check:package'),
  ],
}
