import { writeFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'

import { judgeDay, makeDayReport, readChartLibrary, reportPage } from '@openpredict/monitor'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { FAILED, minutely, processAt } from '../../packages/monitor/test/cycle-rows.ts'
import { dayStore, errorRow } from '../../packages/monitor/test/day-store.ts'
import { launchBrowser, noBrowser, type TestBrowser } from '../browser/launch-browser.ts'
import { Workplace } from './run-cli.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const FROM = Date.UTC(2024, 5, 5, 14)
const TO = FROM + 24 * HOUR
const CHARTS = ['chart-cycles', 'chart-success', 'chart-freshness', 'chart-memory']
const EVIL = '</script><script>document.title = "taken"</script>'

/** A day with an outage, a restart, an hour of failures and a text that wants to be a script. */
async function writePage(path: string): Promise<void> {
  const restart = FROM + 10 * HOUR
  const cycles = minutely(FROM, TO, (at) => ({
    duration_ms: 400 + ((at / MINUTE) % 7) * 30,
    measures: {
      ...processAt(at, at < restart ? FROM - HOUR : restart, at < restart ? 1 : 2),
      lag_ms: at < FROM + 3 * HOUR ? MINUTE : 0,
    },
    ...(at >= FROM + 5 * HOUR && at < FROM + 6 * HOUR ? FAILED : {}),
  })).filter(({ started_at: at }) => at < restart - 20 * MINUTE || at > restart)
  const failed = cycles.filter(({ status }) => status === 'failed')
  await using store = await dayStore({ cycles, errors: failed.slice(0, 3).map((row) => errorRow(row, EVIL)) })
  const report = await makeDayReport({ store, from: FROM, to: TO, madeAt: TO, version: '1.0.0' })
  await writeFile(path, reportPage({ report, judgements: judgeDay(report), library: await readChartLibrary() }))
}

/** How many pixels of a chart are not as its corner, which nothing is drawn on. */
const DRAWN = `(id) => {
  const canvas = document.querySelector('#' + id + ' canvas')
  if (canvas === null) return 0
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
  let drawn = 0
  for (let i = 3; i < data.length; i += 4) if (data[i] > 0) drawn++
  return drawn
}`

const reason = noBrowser()

describe.skipIf(reason !== undefined)(`the page of a report${reason === undefined ? '' : ` (${reason})`}`, () => {
  let workplace: Workplace
  let path: string
  let chromium: TestBrowser
  let browser: Browser

  beforeAll(async () => {
    workplace = new Workplace()
    path = workplace.path('day.html')
    chromium = await launchBrowser()
    browser = chromium.browser
    await writePage(path)
  })

  afterAll(async () => {
    await chromium[Symbol.asyncDispose]()
    workplace[Symbol.dispose]()
  })

  /** Opens the page, and returns it with what it asked for and complained of. */
  async function opened(
    options: Parameters<Browser['newPage']>[0] = {},
  ): Promise<{ readonly page: Page; readonly requests: readonly string[]; readonly problems: readonly string[] }> {
    const page = await browser.newPage(options)
    const [requests, problems]: [string[], string[]] = [[], []]
    page.on('request', (request) => requests.push(request.url()))
    page.on('console', (message) => problems.push(message.text()))
    page.on('pageerror', ({ message }) => problems.push(message))
    await page.goto(pathToFileURL(path).href)
    return { page, requests, problems }
  }

  it('draws its charts, asks for nothing but itself and complains of nothing', async () => {
    const { page, requests, problems } = await opened()
    for (const id of CHARTS) {
      const drawn = await page.evaluate<number>(`(${DRAWN})('${id}')`)
      expect([id, drawn > 2_000]).toEqual([id, true])
    }
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(path).href])
    expect(problems).toEqual([])
    expect(await page.title()).toBe('Collector report, 2024-06-05 14:00 to 2024-06-06 14:00 UTC')
    await page.close()
  })

  it('lets nothing out even when it is told to', async () => {
    const { page, problems } = await opened()
    const answer = await page.evaluate(`fetch('http://127.0.0.1:9/').then(() => 'answered', (e) => e.message)`)
    expect(answer).toBe('Failed to fetch')
    expect(problems.join()).toContain('Content Security Policy')
    await page.close()
  })

  it('is drawn in the colours of the reader, and again when they change', async () => {
    const { page, problems } = await opened({ colorScheme: 'light' })
    const background = `getComputedStyle(document.body).backgroundColor`
    const corner = `document.querySelector('#chart-memory canvas').toDataURL()`
    const light = [await page.evaluate(background), await page.evaluate(corner)]
    await page.emulateMedia({ colorScheme: 'dark' })
    // Asked from here: the page lets nothing of its own be evaluated.
    await vi.waitUntil(async () => (await page.evaluate(corner)) !== light[1], { timeout: 20_000, interval: 50 })
    expect(await page.evaluate(background)).not.toBe(light[0])
    expect(problems).toEqual([])
    await page.close()
  })

  it("fits a phone's width: only its tables scroll sideways", async () => {
    const { page } = await opened({ viewport: { width: 360, height: 740 } })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    const width = await page.evaluate<number>(`document.querySelector('#chart-cycles canvas').clientWidth`)
    expect(width).toBeGreaterThan(250)
    expect(width).toBeLessThanOrEqual(360)
    await page.close()
  })

  it('can be read without JavaScript', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false })
    const page = await context.newPage()
    await page.goto(pathToFileURL(path).href)
    const text = await page.locator('main').innerText()
    expect(text).toContain('The charts need JavaScript')
    expect(text).toContain('process had ended, another one went on')
    expect(text).toContain('agent1.execution_time.p95')
    expect(text).toContain(EVIL)
    const missed = await page.locator('tr.bad-row', { hasText: 'Network failures' }).innerText()
    expect(missed).toMatch(/^missed\s+Network failures\s+4\.23 %\s+< 2 %/)
    await context.close()
  })
})
