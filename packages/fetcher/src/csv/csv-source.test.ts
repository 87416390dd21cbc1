import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { instrumentOf } from '@openpredict/market'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { FetchError } from '../errors.ts'
import { createCsvSource } from './csv-source.ts'

const HEADER = 'timestamp,open,high,low,close,volume'
const REQUEST = { instrument: instrumentOf('NQ=F'), from: 0, to: 600_000 }

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-csv-source-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Writes minutes into a file; `at` is its time of change. */
function minutes(name: string, count: number, at = 1): string {
  const path = join(folder, name)
  const lines = Array.from({ length: count }, (_, i) => `${i * 60_000},1.13,2,1,1.5,7`.replace(/^0,/, '1970-01-01,'))
  // The numbers of the first minutes would be read as seconds.
  const text = lines.map((line) =>
    line.replace(/^(\d{5,6}),/, (_, ms: string) => `${new Date(Number(ms)).toISOString()},`),
  )
  writeFileSync(path, [HEADER, ...text, ''].join('\n'))
  utimesSync(path, at, at)
  return path
}

describe('the CSV source', () => {
  it('has got as far as the end of its last bar, and is never late', async () => {
    const batch = await createCsvSource({ path: minutes('three.csv', 3) }).fetch(REQUEST)
    expect(batch).toMatchObject({
      watermark: 180_000,
      answeredAt: 180_000,
      delayMs: 0,
      forming: undefined,
      received: 3,
      requests: 0,
      waitingMs: 0,
    })
  })

  it('keeps prices as they are written, on the tick or not', async () => {
    const { bars } = await createCsvSource({ path: minutes('three.csv', 3) }).fetch(REQUEST)
    expect(bars.open[0]).toBe(1.13)
  })

  it('has got nowhere with a header alone', async () => {
    const batch = await createCsvSource({ path: minutes('none.csv', 0) }).fetch(REQUEST)
    expect(batch).toMatchObject({ watermark: 0, received: 0 })
  })

  it('reads the file again when it has changed, and only then', async () => {
    const source = createCsvSource({ path: minutes('growing.csv', 2, 1) })
    const first = await source.fetch(REQUEST)
    const again = await source.fetch(REQUEST)
    expect(again.bars.time.buffer).toBe(first.bars.time.buffer)
    minutes('growing.csv', 4, 2)
    expect((await source.fetch(REQUEST)).bars.length).toBe(4)
  })

  it('fails while the file is missing or wrong, and recovers', async () => {
    const path = join(folder, 'later.csv')
    const source = createCsvSource({ path })
    await expect(source.fetch(REQUEST)).rejects.toMatchObject({ failure: { kind: 'file', path, reason: 'ENOENT' } })
    writeFileSync(path, 'no bars')
    await expect(source.fetch(REQUEST)).rejects.toMatchObject({ failure: { kind: 'csv', line: 1 } })
    await expect(source.fetch(REQUEST)).rejects.toBeInstanceOf(FetchError)
    minutes('later.csv', 1)
    expect((await source.fetch(REQUEST)).bars.length).toBe(1)
  })

  it('gives only the interval of its file, on whose grid every bar must lie', async () => {
    const path = minutes('three.csv', 3)
    await expect(createCsvSource({ path }).fetch({ ...REQUEST, interval: '5m' })).rejects.toMatchObject({
      failure: { kind: 'unsupported-interval', interval: '5m', supported: ['1m'] },
    })
    await expect(createCsvSource({ path, interval: '5m' }).fetch({ ...REQUEST, interval: '5m' })).rejects.toMatchObject(
      {
        failure: { kind: 'csv', line: 3 },
      },
    )
  })
})
