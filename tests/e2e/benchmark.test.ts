import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

import { parseInstant } from '@openpredict/market'
import { summariseBenchmark } from '@openpredict/monitor'
import { parseFault } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { benchmarkRun } from '../../packages/monitor/test/benchmark-run.ts'
import { type Running, Workplace } from './run-cli.ts'
import { startWorld, type World } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')

interface Report {
  readonly kind: string
  readonly end: string
  readonly conditions: Readonly<Record<string, unknown>>
  readonly machine: Readonly<Record<string, unknown>>
  readonly cycles: Readonly<Record<string, number>>
  readonly failures: Readonly<Record<string, number>>
  readonly times: Readonly<Record<string, { readonly count: number; readonly min: number; readonly mean: number }>>
  readonly targets: readonly { readonly id: string; readonly verdict: string; readonly measured?: number }[]
  readonly comparison?: {
    readonly figures: readonly { readonly name: string }[]
    readonly differences: readonly string[]
  }
}

const reportIn = (text: string): Report => JSON.parse(text) as Report

const verdicts = ({ targets }: Report, verdict: string): readonly string[] =>
  targets.filter((target) => target.verdict === verdict).map(({ id }) => id)

/** Ends a command as Ctrl-C does, when so many requests have been made. */
async function interrupt(
  { child, finished }: Running,
  { server }: World,
  requests: number,
): ReturnType<Workplace['run']> {
  await expect.poll(() => server.requests.length, { timeout: 60_000, interval: 20 }).toBeGreaterThanOrEqual(requests)
  child.kill('SIGINT')
  return await finished
}

describe('benchmark', () => {
  it('needs nothing, measures every step, and leaves nothing but its report', async () => {
    using workplace = new Workplace()
    const env = { OPENPREDICT_STORE: 'sqlite:mine.sqlite', TMPDIR: workplace.folder }
    const { code, stdout, stderr } = await workplace.run(
      ['benchmark', '--cycles', '12', '--latency', '15', '--output', 'report.json'],
      env,
    )
    expect(stderr).toBe('\nwritten to report.json\n')
    expect(code).toBe(0)
    expect(readdirSync(workplace.folder)).toEqual(['report.json'])
    const report = reportIn(readFileSync(workplace.path('report.json'), 'utf8'))
    expect(report).toMatchObject({
      kind: 'benchmark',
      end: 'complete',
      conditions: { store: 'a temporary SQLite file', latency: 15, seed: 1, symbols: ['NQ=F'], simulatorInside: true },
      cycles: { measured: 12, success: 12, failed: 0, aborted: 0 },
    })
    expect(report.times['waiting']?.min).toBeGreaterThan(14)
    expect(Object.keys(report.times)).toEqual([
      'total',
      'own',
      'waiting',
      'fetch',
      'store_ohlc',
      'calc_ref_levels',
      'calc_pivots',
      'detect_liquidity',
      'detect_fvg',
      'segment_blocks',
      'detect_structure',
    ])
    expect([...verdicts(report, 'missed'), ...verdicts(report, 'critical')]).toEqual([])
    expect(stdout).toContain('12 cycles of NQ=F')
    expect(stdout).toContain('a made-up market in this process (seed 1), answers take 15 ms')
    expect(stdout).toMatch(/✔ Cycle time, p99 +\S+ \S+ +< 8 s, critical > 12 s +4\.1, B\n/)
    expect(stdout).toMatch(/– Test coverage .*not measured: vitest run --coverage\n/)
  })

  it('says what is missed, with exit code 1, compares with a baseline, and analyze says it again', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const baseline = summariseBenchmark(benchmarkRun())
    writeFileSync(workplace.path('good.json'), JSON.stringify(baseline))
    world.server.faults.add(parseFault('404:rate=0.5'))
    const args = ['--cycles', '10', '--warm-up', '0', '--source', world.source, '--baseline', 'good.json']
    const bad = await workplace.run(['benchmark', ...args, '--output', 'bad.json', '--json'])
    const report = reportIn(bad.stdout)
    expect(report.cycles['failed']).toBeGreaterThan(1)
    expect(verdicts(report, 'critical')).toContain('success')
    expect(verdicts(report, 'missed')).toContain('errors')
    expect(report.comparison?.figures.map(({ name }) => name)).toContain('total.p95')
    expect(report.comparison?.differences).toContain('latency: default then, none now')
    expect(bad.code).toBe(1)
    const { code, stdout } = await workplace.run(['analyze', 'bad.json', '--json'])
    expect(reportIn(stdout).targets).toEqual(report.targets)
    expect(code).toBe(1)
  })

  it('writes what was measured when it is stopped', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const env = { TMPDIR: workplace.folder }
    const running = workplace.start(
      ['benchmark', '--cycles', '100000', '--source', world.source, '--output', 'report.json', '--json'],
      env,
    )
    const { code, stdout } = await interrupt(running, world, 8)
    const report = reportIn(stdout)
    expect(report.end).toBe('aborted')
    expect(report.cycles['measured']).toBeGreaterThan(1)
    expect(report.cycles['measured']).toBeLessThan(100_000)
    expect(code).toBe(verdicts(report, 'missed').length + verdicts(report, 'critical').length === 0 ? 0 : 1)
    expect(reportIn(readFileSync(workplace.path('report.json'), 'utf8'))).toEqual(report)
    expect(readdirSync(workplace.folder)).toEqual(['report.json'])
  })

  it('ends with 130 and without a report when it is stopped before it has measured anything', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    world.server.faults.add(parseFault('hang'))
    const args = ['benchmark', '--source', world.source, '--output', 'report.json']
    const running = workplace.start(args, { TMPDIR: workplace.folder })
    const { code, stdout } = await interrupt(running, world, 1)
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
    expect(readdirSync(workplace.folder)).toEqual([])
  })

  it('simulate answers late when it is told to', async () => {
    using workplace = new Workplace()
    const late = workplace.start(['simulate', '--port', '0', '--latency', '120', '--json'])
    const [line] = (await once(late.child.stdout ?? late.child, 'data')) as [Buffer]
    const { url } = JSON.parse(line.toString()) as { readonly url: string }
    const started = performance.now()
    const { status } = await fetch(`${url}/v8/finance/chart/NQ=F?interval=1m&range=1d`)
    expect(performance.now() - started).toBeGreaterThan(118)
    expect(status).toBe(200)
    late.child.kill('SIGTERM')
    expect(await late.finished).toMatchObject({ code: 0 })
  })
})
