import { type Bar, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { build } from 'esbuild'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { rowsOf } from './bundle-rows.ts'
import { launchBrowser, noBrowser, type TestBrowser } from './launch-browser.ts'

/** Answered by the test; no such host is asked. */
const ORIGIN = 'http://consumer.invalid'

/** What a consumer's bundler makes of a module for browsers: one that needed Node would fail here. */
async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['@openpredict/source'],
  })
  return outputFiles[0]?.text ?? ''
}

/** Everything that is served, by path. */
async function site(): Promise<Readonly<Record<string, { readonly contentType: string; readonly body: string }>>> {
  const script = (body: string) => ({ contentType: 'text/javascript', body })
  return {
    '/': { contentType: 'text/html', body: '<!doctype html><script type="module" src="/page.js"></script>' },
    '/page.js': script(await bundled(`import { rowsOf } from './bundle-rows.ts'; globalThis.rowsOf = rowsOf`)),
    '/worker.js': script(
      await bundled(`import { rowsOf } from './bundle-rows.ts'; onmessage = ({ data }) => postMessage(rowsOf(data))`),
    ),
  }
}

/** Asks a Web Worker of the page, which gets the bars and answers with their rows. */
const ASK_WORKER = `(bars) => new Promise((resolve, reject) => {
  const worker = new Worker('/worker.js', { type: 'module' })
  worker.onmessage = ({ data }) => resolve(data)
  worker.onerror = ({ message }) => reject(new Error('the worker failed: ' + message))
  worker.postMessage(bars)
})`

describe.skipIf(noBrowser() !== undefined)('market and calculators in a browser', () => {
  const bars: readonly Bar[] = createMarket({ seed: 5 })
    .bars(parseInstant('2024-07-01T22:00:00Z'), parseInstant('2024-07-03T22:00:00Z'))
    .toArray()
  const expected = rowsOf(bars)
  let chromium: TestBrowser
  let page: Page
  const problems: string[] = []

  beforeAll(async () => {
    chromium = await launchBrowser()
    const files = await site()
    page = await chromium.browser.newPage()
    page.on('pageerror', ({ message }) => problems.push(message))
    await page.route(`${ORIGIN}/**`, async (route) => {
      const file = files[new URL(route.request().url()).pathname]
      await route.fulfill(file ?? { status: 404, body: '' })
    })
    await page.goto(ORIGIN, { waitUntil: 'load' })
  })

  afterAll(async () => {
    await chromium[Symbol.asyncDispose]()
  })

  it('has rows of every table to compare', () => {
    const tables = new Set(expected.map((row) => (JSON.parse(row) as { readonly table: string }).table))
    expect(tables.size).toBe(6)
  })

  it('makes the same rows in a page as in Node', async () => {
    expect(await page.evaluate(`rowsOf(${JSON.stringify(bars)})`)).toEqual(expected)
  })

  it('has no problem in loading', () => {
    expect(problems).toEqual([])
  })

  it('makes the same rows in a Web Worker as in Node', async () => {
    expect(await page.evaluate(`(${ASK_WORKER})(${JSON.stringify(bars)})`)).toEqual(expected)
  })
})
