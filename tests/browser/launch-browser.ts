import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'

import type { Browser } from 'playwright-core'

import { ROOT } from '../package-map.ts'

/** Not those of the package, which let pages do what no reader's browser would, and end with the first page that closes. */
const FLAGS = ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none']
const CACHE = join(ROOT, 'node_modules', '.cache')

/** A browser of a test's own: closed, with what it had written, when disposed. */
export interface TestBrowser extends AsyncDisposable {
  readonly browser: Browser
}

/** Why no browser can be started here; `undefined` where one can. */
export function noBrowser(): string | undefined {
  if (process.platform !== 'linux') return `the packaged Chromium runs on Linux, not on ${process.platform}`
  if (process.arch !== 'x64') return `the packaged Chromium runs on x64, not on ${process.arch}`
  return undefined
}

/**
 * Starts a headless Chromium out of its npm package. It takes a second, and three the first time: start one for a file,
 * and a page for each test. `noBrowser` says where that is not possible.
 */
export async function launchBrowser(): Promise<TestBrowser> {
  const unpacked = await unpackedChromium()
  const { chromium } = await import('playwright-core')
  const home = await mkdtemp(join(tmpdir(), 'openpredict-browser-'))
  const fonts = join(home, 'fonts.conf')
  try {
    // Fonts come with the package, and are looked for elsewhere; a server may have none.
    await writeFile(fonts, `<fontconfig><dir>${unpacked}/fonts</dir><cachedir>${home}/fonts</cachedir></fontconfig>`)
    const browser = await chromium.launch({
      executablePath: join(unpacked, 'chromium'),
      args: FLAGS,
      env: { LANG: 'en_US.UTF-8', HOME: home, TMPDIR: home, FONTCONFIG_FILE: fonts },
    })
    return {
      browser,
      async [Symbol.asyncDispose]() {
        await browser.close()
        await rm(home, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(home, { recursive: true, force: true })
    throw error
  }
}

/** The folder in which the package's Chromium lies unpacked, whole or not at all. */
async function unpackedChromium(): Promise<string> {
  const manifest = await readFile(join(ROOT, 'node_modules', '@sparticuz', 'chromium', 'package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { readonly version: string }
  const folder = join(CACHE, `openpredict-chromium-${version}`)
  if (existsSync(folder)) return folder
  await mkdir(CACHE, { recursive: true })
  const partial = await mkdtemp(join(CACHE, 'openpredict-chromium-'))
  // The package unpacks into the system's temporary folder, whatever it is asked for.
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = partial
  try {
    const { default: chromium } = await import('@sparticuz/chromium')
    chromium.setGraphicsMode = false
    await chromium.executablePath()
    await rename(partial, folder)
  } catch (error) {
    await rm(partial, { recursive: true, force: true })
    // Another file may have been quicker.
    if (!existsSync(folder)) throw error
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
  return folder
}
