import { availableParallelism } from 'node:os'

import { defineConfig, type ViteUserConfig } from 'vitest/config'

import { LongFirst } from './scripts/long-first.ts'

const conditions = ['@openpredict/source']

/**
 * Benchmarks run the sources as Node loads them, for what Vitest puts around imports costs more than some of them do, and
 * one file after the other.
 */
const asNodeLoads = process.argv.includes('bench')
  ? {
      server: { deps: { external: [/\/packages\/[^/]+\/src\//] } },
      execArgv: ['--conditions=@openpredict/source'],
      fileParallelism: false,
    }
  : {}

const config: ViteUserConfig = defineConfig({
  resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] },
  ssr: { resolve: { conditions: [...conditions, 'module', 'node', 'development|production'] } },
  test: {
    ...asNodeLoads,
    include: ['packages/*/{src,test}/**/*.test.ts', 'apps/*/{src,test}/**/*.test.ts', 'tests/**/*.test.ts'],
    benchmark: { include: ['packages/*/{src,bench}/**/*.bench.ts', 'tests/**/*.bench.ts'] },
    // Processes, servers and files take their time on a busy machine; no test waits by itself.
    testTimeout: 90_000,
    hookTimeout: 60_000,
    // More than there are processors: much of the time is spent waiting for servers and processes.
    maxWorkers: Math.ceil(availableParallelism() * 1.5),
    // No file leaves anything behind in its process that another would notice; a fresh one for each takes as long as its tests.
    isolate: false,
    // One PostgreSQL and PostgREST for the whole run, started by the first test that asks for it.
    globalSetup: ['./tests/local-supabase/src/global-setup.ts', './tests/command-line/global-setup.ts'],
    sequence: { sequencer: LongFirst },
    reporters: ['default', './scripts/tally-reporter.ts'],
    coverage: {
      provider: 'v8',
      // The command line runs in processes of its own, where its lines are not counted.
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.bench.ts', '**/*.test-d.ts'],
      thresholds: {
        'packages/market/src/**': { lines: 98 },
        'packages/calculators/src/**': { lines: 98 },
        'packages/simulator/src/**': { lines: 95 },
        'packages/fetcher/src/**': { lines: 90 },
        'packages/store/src/**': { lines: 90 },
        'packages/collector/src/**': { lines: 90 },
      },
    },
  },
})

export default config
