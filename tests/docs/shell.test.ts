import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createManualClock, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

import { commandLinesOf, objectionTo } from '../deploy/command-lines.ts'
import { ROOT } from '../package-map.ts'
import { npmCommandsOf, objectionToNpm } from './npm-commands.ts'
import { openPageWorld } from './page-world.ts'
import { pages } from './pages.ts'
import { runPage } from './shell-blocks.ts'

const NOW = parseInstant('2024-06-05T14:30:30Z')

describe('blocks that are run', () => {
  const running = pages().filter((file) => /^```(sh|sql) run$/m.test(readFileSync(join(ROOT, file), 'utf8')))

  it('are on the pages for newcomers', () => {
    expect(running).toEqual(expect.arrayContaining(['docs/start.md', 'docs/recipes.md']))
  })

  it.each(running)('%s shows what really appears', async (file) => {
    const folder = mkdtempSync(join(tmpdir(), 'openpredict-docs-'))
    try {
      await using world = await openPageWorld({ folder, clock: createManualClock(NOW) })
      const page = await runPage(file, world)
      await expect(page).toMatchFileSnapshot(join(ROOT, file))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('every command that a page tells to type', () => {
  it.each(pages())('exists, in %s', async (file) => {
    const page = readFileSync(join(ROOT, file), 'utf8').replaceAll(/^```sh run$/gm, '```sh')
    const commands = commandLinesOf(page)
    const npm = npmCommandsOf(page)
    const objections = [
      ...(await Promise.all(commands.map(async (line) => [line.join(' '), await objectionTo(line)] as const))),
      ...npm.map((command) => [command, objectionToNpm(command)] as const),
    ]
    expect(objections.filter(([, objection]) => objection !== undefined)).toEqual([])
  })

  it('is noticed when it does not', () => {
    expect(npmCommandsOf('```sh\nnpm run no-such # why\nnode no/such.ts\nnpm test\n```\n').map(objectionToNpm)).toEqual(
      ['package.json has no script no-such', 'there is no file no/such.ts', undefined],
    )
  })
})

describe('every block', () => {
  const KNOWN = ['ts', 'js', 'sh', 'sh run', 'sql', 'sql run', 'json', 'yaml', 'ini', 'py', 'text']

  it.each(pages())('in %s says what it is', (file) => {
    const fences = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```(.*)\n[\s\S]*?^```$/gm)]
    expect(fences.map(([, language]) => language).filter((language = '') => !KNOWN.includes(language))).toEqual([])
  })

  it.each(pages())('of JSON can be read, in %s', (file) => {
    const blocks = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```json\n([\s\S]*?)^```$/gm)]
    for (const [, json = ''] of blocks) expect(() => JSON.parse(json) as unknown).not.toThrow()
  })

  it.each(pages())('of YAML can be read, in %s', (file) => {
    const blocks = [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)]
    for (const [, yaml = ''] of blocks) expect(() => parse(yaml) as unknown).not.toThrow()
  })
})

it('leads from every page to files that there are', () => {
  const broken = pages().flatMap((file) => {
    const text = readFileSync(join(ROOT, file), 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '')
    return [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
      .map(([, path = '']) => path)
      .filter((path) => !existsSync(join(ROOT, file, '..', path)))
      .map((path) => `${file}: ${path}`)
  })
  expect(broken).toEqual([])
})

it('lists every decision', () => {
  const folder = join(ROOT, 'docs', 'decisions')
  const listed = [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/\]\((\d{4}-[\w-]+\.md)\)/g)]
  expect(listed.map(([, name]) => name)).toEqual(
    readdirSync(folder)
      .filter((name) => name !== 'README.md')
      .toSorted(),
  )
})
