import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

import type { Judgement, TargetId } from '@openpredict/monitor'

import { configured } from '../../../configuration.ts'
import { formatAge } from '../../../format.ts'
import { openNamedStore } from '../../../named-store.ts'
import { readNamedFile } from '../../../read-named-file.ts'
import type { Services } from '../../../services.ts'
import { SETTINGS } from '../../../settings.ts'
import { UsageError } from '../../../usage-error.ts'
import type { VerifyFlags } from '../../config.ts'
import type { Checklist, ManualStep } from '../health/checklist.ts'
import { benchmarkIn, readReport } from '../report/read-report.ts'
import { formatFigure } from '../report/target-lines.ts'

const HOUR = 3_600_000
/** A backup a day, which may take a while. */
const BACKUP_AGE = 26 * HOUR
/** A day, less what the start and the end of a watch take. */
const DAY_LEAST = 23.9 * HOUR

const DAY_TARGETS: readonly TargetId[] = ['success', 'uptime']
const TIME_TARGETS: readonly TargetId[] = ['mean', 'p95', 'p99', 'max', 'cycle-time']
const MEMORY_TARGETS: readonly TargetId[] = ['memory', 'memory-growth']

/** What only people can do before a deploy. */
export const MANUAL_STEPS: readonly (ManualStep & { readonly name: string })[] = [
  manual('tests', 'unit, edge-case and integration tests pass', 'npm run test:full, in a checkout of this version'),
  manual('rollback', 'somebody has gone back to the version before, and knows how', 'docs/operations/rollback.md'),
  manual(
    'restore',
    'a backup was restored and looked at',
    'docs/operations/backup.md; openpredict db status --store sqlite:BACKUP',
  ),
  manual('security', 'who may read the keys, the store and the logs was looked at', 'openpredict config show'),
  manual(
    'documentation',
    'what is different here than elsewhere is written down',
    'docs/operations/production-checklist.md',
  ),
]

function manual(name: string, message: string, hint: string): ManualStep & { readonly name: string } {
  return { manual: true, name, message, hint }
}

/** Whether somebody would notice trouble and could undo it, and what was measured before. */
export async function checkReadiness(flags: VerifyFlags, services: Services, checklist: Checklist): Promise<void> {
  const { report, benchmark, backup } = flags
  await checklist.look('alerts', () =>
    alertState(flags.alerts ?? configured(SETTINGS.alertsFile, services.env), services),
  )
  await checklist.look('backup', () =>
    backup === undefined ? Promise.resolve(NO_BACKUP) : backupState(backup, services),
  )
  const memory: Judgement[] = []
  await checklist.look('24-hour report', async () => {
    if (report === undefined) return NO_REPORT
    const { judgeDay, parseDayReport } = await import('@openpredict/monitor')
    const day = parsed(report, await readReport(report), parseDayReport)
    const length = Date.parse(day.to) - Date.parse(day.from)
    if (length < DAY_LEAST)
      throw new UsageError(`${report} covers ${formatAge(length)}: expected 24 h.`, NO_REPORT.hint)
    const judgements = judgeDay(day)
    memory.push(...judgements)
    return judged(report, judgements, DAY_TARGETS)
  })
  await checklist.look('benchmark', async () => {
    if (benchmark === undefined) return NO_BENCHMARK
    const { judgeBenchmark } = await import('@openpredict/monitor')
    const judgements = judgeBenchmark(benchmarkIn(await readReport(benchmark), benchmark))
    memory.push(...judgements)
    return judged(benchmark, judgements, TIME_TARGETS)
  })
  await checklist.look('memory', () =>
    Promise.resolve(memory.length === 0 ? NO_MEMORY : judged('the reports', memory, MEMORY_TARGETS)),
  )
}

const NO_BACKUP = manual(
  'backup',
  'a backup has to be made every day',
  'openpredict db backup FILE, then --backup FILE',
)
const NO_REPORT = manual(
  '24-hour report',
  'a day of collecting has to be watched',
  'openpredict monitor --duration 24h --output report_24h.json, then --report report_24h.json',
)
const NO_BENCHMARK = manual(
  'benchmark',
  'cycle times have to be measured on this machine',
  'openpredict benchmark --cycles 100 --output benchmark.json, then --benchmark benchmark.json',
)
const NO_MEMORY = manual('memory', 'memory has to stay where it is', 'see the 24-hour report and the benchmark')

/** Whether the targets that are asked for are met. Throws a `UsageError` with those that are not. */
function judged(file: string, judgements: readonly Judgement[], ids: readonly TargetId[]): string | ManualStep {
  const known = judgements.filter(({ target, measured }) => ids.includes(target.id) && measured !== undefined)
  if (known.length === 0) return { manual: true, message: `${file} does not tell`, hint: 'Measure for longer.' }
  const missed = known.filter(({ verdict }) => verdict !== 'met')
  if (missed.length === 0) return `${file}: ${measuredText(known)}`
  const expected = missed.map(({ target }) => `${target.comparator} ${formatFigure(target.target, target.unit)}`)
  throw new UsageError(
    `${file}: ${measuredText(missed)}, expected ${expected.join(', ')}.`,
    'openpredict analyze tells all of it, and what to do.',
  )
}

function measuredText(judgements: readonly Judgement[]): string {
  return judgements
    .map(({ target, measured = 0 }) => `${target.title} ${formatFigure(measured, target.unit)}`)
    .join(', ')
}

function parsed<T>(file: string, value: unknown, parse: (value: unknown) => T): T {
  try {
    return parse(value)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    throw new UsageError(`${file}: ${problem}.`, NO_REPORT.hint)
  }
}

/** Whether the rules read well, and everybody that they tell can be reached. */
async function alertState(file: string | undefined, { env }: Services): Promise<string | ManualStep> {
  const { AlertError, DEFAULT_ALERTS, missingVariable, parseAlertConfig } = await import('@openpredict/monitor')
  let config = DEFAULT_ALERTS
  try {
    if (file !== undefined) config = parseAlertConfig(readNamedFile(file).toString('utf8'), file)
  } catch (error) {
    if (error instanceof AlertError) throw new UsageError(error.message, error.hint)
    throw error
  }
  const told = new Set(config.rules.flatMap(({ notification }) => notification))
  const used = config.channels.filter(({ name }) => told.has(name))
  const lookUp = (name: string): string | undefined => (env[name]?.trim() === '' ? undefined : env[name]?.trim())
  const missing = used.flatMap((channel) => missingVariable(channel, lookUp) ?? [])
  const rules = `${config.rules.length} rules${file === undefined ? ' of its own' : ` of ${file}`}`
  const names = used.map(({ name }) => name).join(', ')
  if (missing.length === 0) return `${rules}, told to ${names}`
  const test = 'openpredict alerts test NAME sends a marked test.'
  if (file === undefined && missing.length === used.length) {
    const message = 'nobody is told of alerts: no channel is set'
    return { manual: true, message, hint: `Set ${missing.join(', ')}, or give rules with --alerts. ${test}` }
  }
  throw new UsageError(`${rules} tell ${names}, and ${missing.join(', ')} is not set.`, `Set it. ${test}`)
}

/** The newest backup at a path: of the last day, and with the tables of a store. */
async function backupState(path: string, services: Services): Promise<string> {
  const isFolder = (await stat(path)).isDirectory()
  const files = isFolder
    ? (await readdir(path)).filter((name) => /\.(sqlite|db)$/.test(name)).map((name) => join(path, name))
    : [path]
  const dated = await Promise.all(files.map(async (file) => ({ file, time: (await stat(file)).mtimeMs })))
  const newest = dated.toSorted((a, b) => b.time - a.time)[0]
  if (newest === undefined)
    throw new UsageError(`${path} holds no backup: expected a file NAME.sqlite.`, NO_BACKUP.hint)
  const { file, time } = newest
  const age = Math.max(0, services.clock.now() - time)
  if (age > BACKUP_AGE)
    throw new UsageError(`${file} is ${formatAge(age)} old: expected 26 h at the most.`, NO_BACKUP.hint)
  await using store = await openNamedStore(`sqlite:${file}`, services, { readOnly: true, migrate: false })
  const { version } = await store.schema()
  const bars = await store.countRows('ohlc_data')
  return `${file}: ${formatAge(age)} old, schema ${version}, ${bars.toLocaleString('en-US')} bars`
}
