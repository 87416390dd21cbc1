import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'

import { type Bar, createManualClock, instrumentOf } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { afterAll, expect, test, vi } from 'vitest'

import type { Services } from '../../../services.ts'
import { createTerminal } from '../../../terminal.ts'
import type { BenchmarkFlags } from '../../benchmark.ts'
import { openBenchmarkStore } from './benchmark-store.ts'

const folder = mkdtempSync(join(tmpdir(), 'openpredict-test-'))
vi.stubEnv('TMPDIR', folder)
afterAll(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const clock = createManualClock(Date.UTC(2024, 5, 5, 14, 30))
const sink = new Writable({ write: (_chunk, _encoding, done) => done() })
const exits = new Set<() => void>()
const services: Services = {
  env: { OPENPREDICT_STORE: `sqlite:${join(folder, 'configured.sqlite')}` },
  envFile: new Set(),
  clock,
  timer: clock,
  terminal: createTerminal({ stdout: sink, stderr: sink, env: {} }),
  signal: new AbortController().signal,
  onHangup: () => () => undefined,
  onExit(listener) {
    exits.add(listener)
    return () => exits.delete(listener)
  },
  onCrash: () => () => undefined,
  host: 'test',
  version: '0',
}
const flags: BenchmarkFlags = { cycles: 1, warmUp: 1, source: 'sim' }
const [NQ, ES] = [instrumentOf('NQ=F'), instrumentOf('ES=F')]

const temporary = (): readonly string[] =>
  readdirSync(folder).filter((name) => name.startsWith('openpredict-benchmark-'))

/** A store in a file with one bar of NQ. */
async function filled(): Promise<string> {
  const url = `sqlite:${join(folder, 'mine.sqlite')}`
  const store = await openStore(url, { clock })
  const bar: Bar = { time: clock.now(), open: 1, high: 1, low: 1, close: 1, volume: 1 }
  await store.transaction((tx) => tx.putBars('NQ=F', [bar], { source: 'test', ingestedAt: clock.now() }))
  await store.close()
  return url
}

test('without --store rows go into a temporary file, whatever is configured, and it goes', async () => {
  const opened = await openBenchmarkStore(flags, { instruments: [NQ], isMadeUp: true }, services)
  expect(opened.title).toBe('a temporary SQLite file')
  expect(temporary()).toHaveLength(1)
  expect(exits.size).toBe(1)
  await opened[Symbol.asyncDispose]()
  expect(temporary()).toEqual([])
  expect(exits.size).toBe(0)
  expect(readdirSync(folder)).not.toContain('configured.sqlite')
})

test('it goes as well when the process ends before it is closed', async () => {
  const opened = await openBenchmarkStore(flags, { instruments: [NQ], isMadeUp: true }, services)
  for (const listener of exits) listener()
  expect(temporary()).toEqual([])
  await opened[Symbol.asyncDispose]()
})

test('made-up bars are not put among those of a store, bars of another instrument and real ones are', async () => {
  const store = await filled()
  const refused = openBenchmarkStore({ ...flags, store }, { instruments: [ES, NQ], isMadeUp: true }, services)
  await expect(refused).rejects.toThrow('--store has bars of NQ=F')
  expect(temporary()).toEqual([])
  for (const [instruments, isMadeUp] of [
    [[ES], true],
    [[NQ], false],
  ] as const) {
    const opened = await openBenchmarkStore({ ...flags, store }, { instruments, isMadeUp }, services)
    expect(opened.title).toContain('mine.sqlite')
    await opened[Symbol.asyncDispose]()
  }
})
