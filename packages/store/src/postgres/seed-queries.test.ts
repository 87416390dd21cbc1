import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { unavailable } from '@openpredict/local-supabase'
import { beforeAll, describe, expect, it } from 'vitest'

import { rowsOf, testDatabase, type TestDatabase } from '../../test/on-server.ts'
import { barAt, errorRow, level, MINUTE, NQ } from '../testing/samples.ts'

const reason = unavailable()

/** The queries that operators run by hand, as they are written down; the tables are made so that they run. */
describe.skipIf(reason !== undefined)('queries for operators', () => {
  let here: TestDatabase
  const now = Math.floor(Date.now() / MINUTE) * MINUTE
  /** Minutes ago for which there is a bar: one gap of three minutes, one of two. */
  const AGO = [30, 29, 26, 25, 23]

  beforeAll(async () => {
    here = await testDatabase()
    const store = await here.open()
    await store.transaction(async (tx) => {
      const bars = AGO.map((ago) => barAt(0, { time: now - ago * MINUTE }))
      await tx.putBars(NQ, bars, { source: 'test', ingestedAt: now })
      const levels = [
        level({ timestamp: now - MINUTE }),
        level({ level_type: 'NY_OPEN', timestamp: now - 90 * MINUTE }),
      ]
      await tx.putRows('reference_levels', NQ, levels, { historyVersion: 0, asOf: now })
      await tx.putError(errorRow({ timestamp: now }))
    })
    return () => here[Symbol.asyncDispose]()
  })

  it('find gaps longer than two minutes (the window function moved out of WHERE)', async () => {
    const gaps = await rowsOf(
      here.client,
      `SELECT * FROM (
        SELECT
            instrument,
            timestamp,
            LAG(timestamp) OVER (ORDER BY timestamp) as prev_timestamp,
            EXTRACT(EPOCH FROM (timestamp - LAG(timestamp) OVER (ORDER BY timestamp))) as gap_seconds
        FROM ohlc_data
        WHERE instrument = 'NQ=F'
            AND timestamp > NOW() - INTERVAL '1 hour'
      ) AS gaps
      WHERE gap_seconds > 120
      ORDER BY timestamp DESC`,
    )
    expect(gaps.map((row) => Number(row['gap_seconds']))).toEqual([180])
  })

  it('of the page of recipes run as they stand there', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/recipes.md'), 'utf8')
    const queries = [...page.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map(([, query]) => query ?? '')
    expect(queries.length).toBeGreaterThan(0)
    for (const query of queries) expect(await rowsOf(here.client, query)).not.toEqual([])
  })

  it('find gaps in a window of time', async () => {
    const at = (ago: number): string => new Date(now - ago * MINUTE).toISOString()
    const gaps = await rowsOf(
      here.client,
      `SELECT * FROM (
        SELECT
            timestamp,
            LAG(timestamp) OVER (ORDER BY timestamp) as prev_timestamp,
            EXTRACT(EPOCH FROM (timestamp - LAG(timestamp) OVER (ORDER BY timestamp))) as gap_seconds
        FROM ohlc_data
        WHERE instrument = 'NQ=F'
            AND timestamp BETWEEN '${at(30)}' AND '${at(20)}'
      ) AS gaps
      WHERE gap_seconds > 120`,
    )
    expect(gaps).toHaveLength(1)
  })

  it('count the levels of the last hour', async () => {
    const levels = await rowsOf(
      here.client,
      `SELECT
          level_type,
          COUNT(*) as count,
          MAX(timestamp) as latest_update
      FROM reference_levels
      WHERE instrument = 'NQ=F'
          AND timestamp > NOW() - INTERVAL '1 hour'
      GROUP BY level_type
      ORDER BY level_type;`,
    )
    expect(levels).toEqual([{ level_type: 'WEEKLY_OPEN', count: '1', latest_update: new Date(now - MINUTE) }])
  })

  it('list the errors of the last hour', async () => {
    const errors = await rowsOf(
      here.client,
      `SELECT
          timestamp,
          operation,
          error_message,
          severity
      FROM error_log
      WHERE component = 'agent1'
          AND timestamp > NOW() - INTERVAL '1 hour'
      ORDER BY timestamp DESC;`,
    )
    expect(errors).toHaveLength(1)
  })

  it('say how fresh bars and levels are', async () => {
    const fresh = await rowsOf(
      here.client,
      `SELECT
          'ohlc_data' as table_name,
          MAX(timestamp) as latest_record,
          EXTRACT(EPOCH FROM (NOW() - MAX(timestamp))) as seconds_ago
      FROM ohlc_data
      WHERE instrument = 'NQ=F'
      UNION ALL
      SELECT
          'reference_levels' as table_name,
          MAX(timestamp) as latest_record,
          EXTRACT(EPOCH FROM (NOW() - MAX(timestamp))) as seconds_ago
      FROM reference_levels
      WHERE instrument = 'NQ=F';`,
    )
    expect(fresh.map((row) => row['latest_record'])).toEqual([new Date(now - 23 * MINUTE), new Date(now - MINUTE)])
  })

  it('find no doubles', async () => {
    const doubles = await rowsOf(
      here.client,
      `SELECT timestamp, COUNT(*)
      FROM ohlc_data
      WHERE instrument = 'NQ=F'
      GROUP BY timestamp
      HAVING COUNT(*) > 1;`,
    )
    expect(doubles).toEqual([])
  })
})
