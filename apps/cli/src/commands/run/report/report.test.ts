import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createManualClock } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { Chalk } from 'chalk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { cycleRow } from '../../../../../../packages/monitor/test/cycle-rows.ts'
import { runCli } from '../../../cli.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-report-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const NOW = Date.UTC(2024, 5, 5, 15)

async function run(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []]
  const code = await runCli(argv, {
    env: {},
    clock: createManualClock(NOW),
    timer: createManualClock(0),
    terminal: {
      out: (text) => void out.push(text),
      note: (text) => void err.push(text),
      stdout: process.stdout,
      colour: new Chalk({ level: 0 }),
      spin: (_, work) => work(() => {}),
    },
    signal: new AbortController().signal,
    onHangup: () => () => {},
    onExit: () => () => {},
    onCrash: () => () => {},
    host: 'test',
    version: '1.0.0',
  })
  return { code, out: out.join('\n'), err: err.join('\n') }
}

describe('report', () => {
  it('says that no cycle is stored, and says no only when it is asked to check', async () => {
    const store = ['--store', `sqlite:${join(folder, 'empty.sqlite')}`]
    expect(await run('db', 'migrate', ...store)).toMatchObject({ code: 0 })
    const made = await run('report', ...store)
    expect(made).toMatchObject({ code: 0 })
    expect(made.out).toContain('No cycle is stored for this window.')
    expect(await run('report', '--check', ...store)).toMatchObject({ code: 1 })
  })

  it('is refused files of another kind, an end that lies ahead, and another source, with exit code 2', async () => {
    for (const [flags, message] of [
      [['report', '--output', 'day.pdf'], /day\.pdf: is neither JSON nor HTML by its name/],
      [['report', '--as-of', '2024-06-05T15:01Z'], /--as-of 2024-06-05T15:01:00\.000Z lies ahead/],
      [['incident', 'create', '--severity', 'low', '--as-of', '2024-06-05T15:01Z'], /15:01:00\.000Z lies ahead/],
      [['status', '--source', 'yahoo'], /--source "yahoo": expected sim or sim:URL/],
      [['report', '--source', 'yahoo'], /--source "yahoo": expected sim or sim:URL/],
      [['report', '--window', '0h'], /--window/],
      [['monitor', '--metrics', 'localhost'], /--metrics "localhost" is no address/],
      [['monitor', '--duration', 'soon'], /--duration/],
    ] as const) {
      const { code, err } = await run(...flags)
      expect({ code, flags }).toEqual({ code: 2, flags })
      expect(err).toMatch(message)
    }
  })

  it('cannot be made of a store that is not there, with exit code 4', async () => {
    expect(await run('report', '--store', `sqlite:${join(folder, 'none.sqlite')}`)).toMatchObject({ code: 4 })
  })
})

describe('alerts check', () => {
  it('judges what was collected in the last day, where no instrument is named', async () => {
    const url = `sqlite:${join(folder, 'es.sqlite')}`
    await using store = await openStore(url, { clock: createManualClock(NOW) })
    await store.transaction((tx) => tx.putCycle(cycleRow({ at: NOW - 30_000, instrument: 'ES=F' })))
    const { out } = await run('alerts', 'check', '--store', url, '--json')
    const { alerts } = JSON.parse(out) as { readonly alerts: readonly { alert: string; state: string }[] }
    expect(alerts.find(({ alert }) => alert === 'agent1_down')).toMatchObject({ state: 'inactive' })
    const named = await run('alerts', 'check', '--store', url, '--symbol', 'NQ=F')
    expect(named.out).toMatch(/^pending for .*agent1_down/m)
  })

  it('knows a collector that stopped days ago as stopped, and its bars as old', async () => {
    const url = `sqlite:${join(folder, 'stopped.sqlite')}`
    await using store = await openStore(url, { clock: createManualClock(NOW) })
    const at = NOW - 2 * 86_400_000
    const measures = { lag_ms: 0, delay_ms: 600_000 }
    await store.transaction((tx) => tx.putCycle(cycleRow({ at, measures })))
    const { code, out } = await run('alerts', 'check', '--store', url, '--symbol', 'NQ=F')
    expect(code).toBe(1)
    expect(out).toMatch(/^firing for .* agent1_down/m)
    expect(out).toMatch(/^firing for .* data_staleness .*last_ohlc_age = 46 h/m)
  })
})
