// Stryker's settings for one folder. Paths are read from the root, where `npm run mutation` starts.
import { currentTarget } from './targets.mjs'

// Processes where nothing else is said: a thread cannot change the machine's time zone, as some tests do. And a busy machine
// is no endless loop.
const { folder, sources, score, pool = 'forks', timeoutMS = 20_000 } = currentTarget()
const report = `reports/mutation/${folder.replaceAll('/', '-')}`

export default {
  testRunner: 'vitest',
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'scripts/mutation/vitest.config.mjs', related: false, pool },
  mutate: [...sources.map((source) => `${folder}/src/**/${source}.ts`), '!**/*.test.ts'],
  // Nothing else is copied: other packages are found through the links in node_modules.
  ignorePatterns: [
    '**',
    `!${folder}/**`,
    '!package.json',
    '!vitest.config.ts',
    '!scripts/**',
    '**/node_modules',
    '**/dist',
  ],
  // There is none of this name: Stryker would read it with an interface that the compiler no longer has since version 7.
  tsconfigFile: 'none',
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS,
  thresholds: { high: 100, low: score, break: score },
  incremental: true,
  incrementalFile: `${report}.incremental.json`,
  reporters: ['progress', 'clear-text', 'html', 'json'],
  clearTextReporter: { logTests: false, reportTests: false },
  htmlReporter: { fileName: `${report}.html` },
  jsonReporter: { fileName: `${report}.json` },
  tempDirName: '.stryker-tmp',
  cleanTempDir: 'always',
  warnings: { slow: false },
}
