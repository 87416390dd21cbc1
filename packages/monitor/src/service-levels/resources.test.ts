import { describe, expect, it } from 'vitest'

import { cycleRow, minutely, processAt } from '../../test/cycle-rows.ts'
import { processLives } from './process-lives.ts'
import { resourcesOf } from './resources.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** What a process used that began at 0, and told `measures` of itself every minute. */
function used(minutes: number, measures: (uptime: number) => Readonly<Record<string, number>>, first = 0) {
  const rows = minutely(first * MINUTE, minutes * MINUTE, (at) => ({
    measures: { ...processAt(at, 0, 1), ...measures(at) },
  }))
  return resourcesOf(processLives(rows))
}

describe('resources', () => {
  it('tell the least, the greatest and the mean of memory, and the last', () => {
    const { memory, memoryLastBytes } = used(3, (at) => ({ process_memory_bytes: 100 + at / MINUTE }))
    expect(memory).toMatchObject({ count: 3, min: 100, mean: 101, max: 102 })
    expect(memoryLastBytes).toBe(102)
  })

  it('tell a peak that is no less than the average, also when the busiest time is the last', () => {
    // 10 % of a processor for 12 s, then 50 % for 8 s, which are too short for a sample of their own.
    const rows = [0, 12_000, 20_000].map((at, i) =>
      cycleRow({ at, measures: { ...processAt(at, 0, 1), process_cpu_ms: [0, 1_200, 5_200][i] ?? 0 } }),
    )
    const { cpuAverage, cpuPeak } = resourcesOf(processLives(rows))
    expect(cpuAverage).toBeCloseTo(0.26)
    expect(cpuPeak).toBe(cpuAverage)
  })

  it('find the slope of memory an hour, leaving out the first ten minutes', () => {
    const growing = (at: number) => ({
      process_memory_bytes: at < 10 * MINUTE ? 5 : 100_000_000 + (600_000 * at) / HOUR + (at % (2 * MINUTE) ? 1 : -1),
    })
    expect(used(180, growing).memoryGrowthBytesPerHour).toBeCloseTo(600_000, -2)
  })

  it('do not tell a slope before an hour beyond those, and do at exactly an hour', () => {
    const steady = () => ({ process_memory_bytes: 100 })
    expect(used(70, steady).memoryGrowthBytesPerHour).toBeUndefined()
    expect(used(71, steady).memoryGrowthBytesPerHour).toBe(0)
  })

  it('take the slope of the newest process alone', () => {
    const rows = minutely(0, 4 * HOUR, (at) => {
      const since = at < 2 * HOUR ? 0 : 2 * HOUR - MINUTE
      const measures = processAt(at, since, since === 0 ? 1 : 2)
      return { measures: { ...measures, process_memory_bytes: since === 0 ? at : 1_000 } }
    })
    expect(resourcesOf(processLives(rows)).memoryGrowthBytesPerHour).toBeCloseTo(0, 6)
  })

  it('tell the share of a processor on average, and the greatest between two samples', () => {
    // 6 s of each minute, and 30 s of the third one.
    const { cpuAverage, cpuPeak } = used(6, (at) => ({
      process_cpu_ms: at / 10 + (at >= 3 * MINUTE ? 24_000 : 0),
    }))
    expect(cpuPeak).toBe(0.5)
    expect(cpuAverage).toBeCloseTo((5 * 6_000 + 24_000) / (5 * MINUTE), 10)
  })

  it('tell disk traffic in bytes a second, read and written', () => {
    const { diskBytesPerSecond } = used(3, (at) => ({ process_read_bytes: at, process_written_bytes: 3 * at }))
    expect(diskBytesPerSecond).toBe(4_000)
  })

  it('take a process that told of itself once from its start', () => {
    const { cpuAverage, cpuPeak } = used(2, () => ({ process_cpu_ms: 6_000 }), 1)
    expect(cpuAverage).toBe(0.1)
    expect(cpuPeak).toBeUndefined()
  })

  it('see no peak between samples that lie close together, as those of two instruments do', () => {
    const rows = ['NQ=F', 'ES=F'].flatMap((instrument, i) =>
      minutely(i, 3 * MINUTE, (at) => ({
        instrument,
        measures: { ...processAt(at, 0, 1), process_cpu_ms: at / 100 + i },
      })),
    )
    expect(resourcesOf(processLives(rows)).cpuPeak).toBeLessThan(0.02)
  })

  it('tell threads, open files, uptime and the machine', () => {
    expect(used(5, () => ({}))).toMatchObject({
      threads: 11,
      openFiles: 25,
      uptimeMs: 4 * MINUTE,
      system: {
        cpuAverage: 0.25,
        memoryUsedBytes: 2_000_000_000,
        memoryAvailableBytes: 6_000_000_000,
        memoryAvailableMinBytes: 6_000_000_000,
      },
    })
  })

  it('are not known where nobody told of them', () => {
    expect(resourcesOf([])).toEqual({ system: {} })
  })
})
