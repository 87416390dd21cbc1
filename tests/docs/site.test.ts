import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'

import { launchBrowser, noBrowser } from '../browser/launch-browser.ts'
import { runOrFail } from '../consumer/run.ts'
import { ROOT } from '../package-map.ts'

const SITE = pathToFileURL(join(ROOT, 'site', 'index.html')).href
const IS_FULL = process.env['OPENPREDICT_FULL'] === '1'

// Twenty seconds on two cores: in full runs only.
describe.runIf(IS_FULL && noBrowser() === undefined)('the documentation site', () => {
  beforeAll(async () => {
    await runOrFail(ROOT, 'node', ['docs/site/build.mjs'])
  }, 300_000)

  it('is read from disk: start, a concept with its picture, the API, and the search, without a request', async () => {
    await using started = await launchBrowser()
    const page = await started.browser.newPage()
    const asked: string[] = []
    const errors: string[] = []
    page.on('request', (request) => {
      if (!/^(?:file|data|blob):/.test(request.url())) asked.push(request.url())
    })
    page.on('pageerror', (error) => errors.push(error.message))

    await page.goto(SITE)
    await open(page, 'Start', 'Start in five minutes')
    await page.locator('.col-content a', { hasText: 'liquidity events' }).first().click()
    await expectTitle(page, 'Liquidity events')
    expect(await page.locator('.col-content img').evaluate((img): unknown => Reflect.get(img, 'naturalWidth'))).toBe(
      900,
    )

    await open(page, 'Modules', '@openpredict/calculators')
    await page.locator('.col-content a', { hasText: 'LiquidityEvents' }).first().click()
    await expectTitle(page, 'LiquidityEvents')

    await page.locator('#tsd-search-trigger').click()
    await page.locator('#tsd-search input').fill('sweep')
    await page.locator('#tsd-search-results a', { hasText: /^Liquidity events$/ }).click()
    await expectTitle(page, 'Liquidity events')
    expect({ asked, errors }).toEqual({ asked: [], errors: [] })
  })
})

/** Opens a page by the menu. */
async function open(page: Page, group: string, name: string): Promise<void> {
  const link = page.locator('.site-menu a', { hasText: new RegExp(`^${name}$`) }).last()
  await page.locator('.site-menu summary', { hasText: new RegExp(`^${group}$`) }).waitFor()
  if (!(await link.isVisible())) await page.locator('.site-menu summary', { hasText: new RegExp(`^${group}$`) }).click()
  await link.click()
  await expectTitle(page, name)
}

async function expectTitle(page: Page, name: string): Promise<void> {
  await page.locator('h1', { hasText: name }).first().waitFor()
}
