import { describe, expect, it } from 'vitest'

import { cycleRow, FAILED, minutely } from '../../../test/cycle-rows.ts'
import { dayStore, errorRow } from '../../../test/day-store.ts'
import { judgeDay } from '../judge-day.ts'
import { makeDayReport } from '../make-day-report.ts'
import { readChartLibrary } from './chart-library.ts'
import { html, scriptJson } from './html.ts'
import { reportPage } from './report-page.ts'

const FROM = Date.UTC(2024, 5, 5, 14)
const TO = FROM + 3_600_000
const EVIL = `</script><script>alert(1)</script><img src=x onerror=alert(2)> & "quoted" 'so'`

describe('a page', () => {
  it('escapes what is put into it, and leaves its own HTML', () => {
    expect(html`<p title="${'"'}">${'<b>'} & ${html`<i>${1}</i>`}</p>`.text).toBe(
      '<p title="&quot;">&lt;b&gt; & <i>1</i></p>',
    )
  })

  it('keeps data from ending its script', () => {
    const text = scriptJson({ name: '</script><!--' }).text
    expect(text).not.toContain('<')
    expect(JSON.parse(text)).toEqual({ name: '</script><!--' })
  })

  it('holds everything it needs, and nothing that came from the store as HTML', async () => {
    const failed = cycleRow({ at: FROM, ...FAILED, version: EVIL, host: EVIL })
    await using store = await dayStore({
      cycles: [failed, ...minutely(FROM + 60_000, TO, () => ({ host: EVIL }))],
      errors: [errorRow(failed, EVIL)],
    })
    const report = await makeDayReport({ store, from: FROM, to: TO, madeAt: TO, version: EVIL })
    const page = reportPage({ report, judgements: judgeDay(report), library: await readChartLibrary() })
    expect(page).not.toContain('<script>alert')
    expect(page).not.toContain('<img')
    expect(page).toContain('&lt;/script&gt;&lt;script&gt;alert(1)')
    // Three scripts of its own: the data, uPlot, what draws.
    expect(page.match(/<script[ >]/g)).toHaveLength(3)
    expect(page.match(/<\/script>/g)).toHaveLength(3)
    expect(page).not.toMatch(/(?:src|href)="(?!data:,)/)
    expect(page).toContain('Permission is hereby granted')
  })

  it('says that there is nothing where no cycle was recorded', async () => {
    await using store = await dayStore({})
    const report = await makeDayReport({ store, from: FROM, to: TO, madeAt: TO, version: '1.0.0' })
    const page = reportPage({ report, judgements: judgeDay(report), library: await readChartLibrary() })
    expect(page).toContain('No cycle was recorded')
  })
})
