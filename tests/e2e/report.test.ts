import { readFileSync } from 'node:fs'

import { judgeDay, judgeDeploy, parseDayReport } from '@openpredict/monitor'
import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { parseLog, until } from './log-lines.ts'
import { Workplace } from './run-cli.ts'
import { startWorld } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')

describe('a collector that runs', () => {
  it('is watched from another process, whose report is what the loop did, and reported on afterwards', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const loop = workplace.start(['run-loop', '--source', world.source])
    let logged = ''
    loop.child.stdout?.on('data', (text: Buffer) => (logged += text.toString()))
    const cycles = () => parseLog(logged).filter(({ operation }) => operation === 'cycle')
    await until(() => cycles().length > 0)

    const files = ['--output', 'watch.json', '--output', 'watch.html']
    const watched = await workplace.run(['monitor', '--duration', '3m', '--source', world.source, '--json', ...files])
    loop.child.kill('SIGTERM')
    expect((await loop.finished).code).toBe(0)
    const lines = watched.stdout.trim().split('\n')
    expect(lines.slice(0, -1).every((line) => (JSON.parse(line) as { kind: string }).kind === 'sample')).toBe(true)

    const report = parseDayReport(JSON.parse(readFileSync(workplace.path('watch.json'), 'utf8')))
    expect(report.instruments.map(({ symbol }) => symbol)).toEqual(['NQ=F'])
    // On a busy machine a minute of this market may come late.
    const isGood =
      judgeDay(report).every(({ verdict }) => verdict === 'met' || verdict === 'not measured') &&
      judgeDeploy(report).every(({ ok }) => ok)
    expect({ code: watched.code, stderr: watched.stderr }).toEqual({ code: isGood ? 0 : 1, stderr: '' })
    const { total } = report.all.cycles
    expect(total).toBeGreaterThanOrEqual(2)
    expect(report.all.cycles.successRate).toBe(1)
    expect(report.watch?.samples).toBeGreaterThanOrEqual(2)
    // Each cycle that the watch saw is one that the loop had logged.
    const seen = lines.flatMap((line) => (JSON.parse(line) as { cycles?: { cycle: number }[] }).cycles ?? [])
    const numbers = cycles().map(({ cycle }) => cycle)
    expect(numbers).toEqual(expect.arrayContaining(seen.map(({ cycle }) => cycle)))
    // One more may have ended after the last look.
    expect(total - seen.length).toBeLessThanOrEqual(1)
    expect(seen.length).toBeLessThanOrEqual(total)
    expect(report.processes).toMatchObject([{ processId: loop.child.pid, cycles: total }])
    expect(report.resources.memory?.max).toBeGreaterThan(30_000_000)
    expect(readFileSync(workplace.path('watch.html'), 'utf8')).toContain('uPlot')

    const asOf = new Date(world.clock.now()).toISOString()
    const hour = ['report', '--window', '1h', '--as-of', asOf]
    const printed = await workplace.run(hour)
    expect(printed.code).toBe(0)
    expect(printed.stdout).toMatch(/^NQ=F, 2024-06-05 13:\d\d to 2024-06-05 14:\d\d UTC$/m)
    expect(printed.stdout).toMatch(/^ {2}success rate +100 %/m)
    expect(printed.stdout).toMatch(/^ {2}✔ Cycle time, p95 /m)
  })
})
