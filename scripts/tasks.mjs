// What each command runs, step by step. Sources run as they are (`--conditions=@openpredict/source`): no build is needed
// to try the project or to test it.

const SOURCE = ['--conditions=@openpredict/source', '--disable-warning=ExperimentalWarning']
const CLI = 'apps/cli/src/main.ts'

const node = (...args) => ({ command: 'node', args })
const bin = (name, ...args) => ({ command: name, args })
const vitest = (...args) => ({ command: 'vitest', args })
// The two dashes keep Node from taking our own --env-file for its own.
const openpredict = (...args) => node(...SOURCE, '--', CLI, ...args)

export const TASKS = {
  demo: (args) => [openpredict('demo', ...args)],
  start: (args) => [openpredict(...args)],
  test: (args) => [vitest('run', ...args)],
  'test:full': (args) => [{ ...vitest('run', ...args), env: { OPENPREDICT_FULL: '1' } }],
  bench: (args) => [vitest('bench', '--run', ...args)],
  check: () => [
    bin('oxfmt', '--check'),
    bin('oxlint', '--type-aware', '--deny-warnings'),
    bin('tsc', '--noEmit'),
    bin('knip'),
    bin('turbo', 'run', 'build', 'check:package'),
  ],
}
