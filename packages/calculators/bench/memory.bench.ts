import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { BarSeries } from '@openpredict/market'
import { afterAll, describe, expect, test } from 'vitest'

import { inSeconds, oneYear, repeated } from './years.ts'

const folder = mkdtempSync(join(tmpdir(), 'openpredict-bench-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What a process of its own measures over bars. */
function measured(what: 'peak' | 'allocation', bars: BarSeries, flags: readonly string[]): Record<string, number> {
  const file = join(folder, `${what}.columns`)
  const { time, open, high, low, close, volume } = bars
  writeFileSync(
    file,
    Buffer.concat(
      [time, open, high, low, close, volume].map((column) =>
        Buffer.from(column.buffer, column.byteOffset, column.byteLength),
      ),
    ),
  )
  const child = join(import.meta.dirname, 'memory-child.ts')
  const output = execFileSync(process.execPath, ['--conditions=@openpredict/source', ...flags, child, file, what])
  return JSON.parse(output.toString('utf8')) as Record<string, number>
}

const megabytes = (bytes = Number.NaN): string => `${(bytes / 1e6).toFixed(0)} MB`

describe('memory', () => {
  test('of ten years: at most 350 MB, the input columns included', () => {
    const { bars, rows, inputBytes, peakBytes } = measured('peak', repeated(oneYear(), 10), [])
    process.stdout.write(
      `${bars} bars, ${rows} rows: peak ${megabytes(peakBytes)}, of it ${megabytes(inputBytes)} input\n`,
    )
    expect(peakBytes).toBeLessThan(350e6)
  })

  // Sixty bars where there was one: rows, candles and sessions stay as many, so what is allocated for these hardly counts.
  test('is not allocated bar by bar, beyond the rows that are emitted', () => {
    const flags = ['--expose-gc', '--max-semi-space-size=1024', '--min-semi-space-size=1024']
    const seconds = inSeconds(oneYear().slice(0, 30_000))
    const { bars = 0, rows = 0, collections, fedBytes = 0, rowBytes = 0 } = measured('allocation', seconds, flags)
    process.stdout.write(
      `${bars} bars: ${megabytes(fedBytes)} allocated, ${megabytes(rowBytes)} of it by ${rows} rows; ${((fedBytes - rowBytes) / bars).toFixed(1)} bytes a bar besides\n`,
    )
    expect(collections).toBe(0)
    // A single number that is put into an object of its own takes 16.
    expect((fedBytes - rowBytes) / bars).toBeLessThan(8)
  })
})
