import { once } from 'node:events'
import { readFileSync } from 'node:fs'

import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { linesMissingIn } from '../docs/shown-demo.ts'
import { Workplace } from './run-cli.ts'
import { startWorld } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')

describe('openpredict', () => {
  it('prints its version and nothing else', async () => {
    using workplace = new Workplace()
    const { version } = JSON.parse(readFileSync('apps/cli/package.json', 'utf8')) as { version: string }
    expect(await workplace.run(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it.each(['collect', 'run-once', 'run-loop', 'calculate', 'import', 'export', 'health', 'simulate', 'demo'])(
    'shows help with examples for %s',
    async (command) => {
      using workplace = new Workplace()
      const { code, stdout } = await workplace.run([command, '--help'])
      expect(code).toBe(0)
      expect(stdout).toContain(`Usage: openpredict ${command}`)
      expect(stdout).toContain(`$ openpredict ${command}`)
    },
  )

  it.each([
    [['colect'], /unknown command 'colect'[\s\S]*Did you mean collect\?/],
    [['collect', '--sorce', 'sim'], /unknown option '--sorce'[\s\S]*Did you mean --source\?/],
    [['collect', '--symbol', 'N Q'], /"N Q" is not a symbol/],
    [
      ['collect', '--interval', '0'],
      /--interval <seconds>' argument '0' is invalid\. expected a whole number of 1 or more/,
    ],
    [
      ['collect', '--source', 'bloomberg'],
      /--source "bloomberg" is not a source: expected yahoo, sim, sim:URL or csv:PATH/,
    ],
    [['collect', '--store', 'mysql://localhost'], /mysql store/],
    [['export', '--table', 'bars'], /--table "bars" is not a table: expected one of ohlc_data/],
    [['export'], /required option '-t, --table <table>' not specified/],
    [['calculate', '--input', 'x.csv', '--from', 'yesterday'], /"yesterday" is not an instant/],
  ])('refuses %j with exit code 2, saying what was expected', async (args, message) => {
    using workplace = new Workplace()
    const { code, stdout, stderr } = await workplace.run(args)
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })

  it.each([
    [{ INSTRUMENT: 'N Q' }, /INSTRUMENT is "N Q": expected symbols/],
    [{ FETCH_INTERVAL_SECONDS: 'often' }, /FETCH_INTERVAL_SECONDS is "often": expected whole seconds/],
  ])('refuses the environment %j by the name of the variable', async (env, message) => {
    using workplace = new Workplace()
    const { code, stderr } = await workplace.run(['run-loop', '--cycles', '1'], env)
    expect(stderr).toMatch(message)
    expect(code).toBe(2)
  })

  it('prints an error as JSON with --json', async () => {
    using workplace = new Workplace()
    const { code, stdout, stderr } = await workplace.run(['export', '--table', 'bars', '--json'])
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'usage', category: 'system' } })
  })
})

describe('health', () => {
  it('says yes when store and source are well', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const { code, stdout } = await workplace.run(['health', '--source', world.source, '--output', 'health.json'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/✔ runtime[\s\S]*✔ store[\s\S]*✔ source/)
    const report = JSON.parse(readFileSync(workplace.path('health.json'), 'utf8')) as { ok: boolean; checks: unknown[] }
    expect(report.ok).toBe(true)
    expect(report.checks).toMatchObject(
      ['configuration', 'runtime', 'store', 'disk', 'source', 'freshness'].map((name) => ({ name })),
    )
  })

  it('looks only at what it is asked to', async () => {
    using workplace = new Workplace()
    const { code, stdout } = await workplace.run(['health', '--check-db', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      checks: [
        { name: 'store', ok: true },
        { name: 'disk', ok: true },
      ],
    })
  })

  it('says no with 1 when the source does not answer', async () => {
    using workplace = new Workplace()
    const world = await startWorld({ start: START })
    await world.server.close()
    const { code, stdout } = await workplace.run(['health', '--check-yahoo', '--json'], {
      OPENPREDICT_YAHOO_URL: world.server.url,
    })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, checks: [{ name: 'source', ok: false }] })
  })
})

describe('simulate', () => {
  it('serves a market that collect can be pointed at, until it is told to stop', async () => {
    using workplace = new Workplace()
    const args = ['simulate', '--port', '0', '--seed', '4', '--start', '2024-06-05T14:30:30Z', '--json']
    const { child, finished } = workplace.start(args)
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer]
    const { url } = JSON.parse(line.toString()) as { url: string }
    const collected = await workplace.run(['collect', '--source', `sim:${url}`, '--json'])
    expect(JSON.parse(collected.stdout)).toMatchObject({ status: 'success', newestBar: '2024-06-05T14:19:00.000Z' })
    child.kill('SIGINT')
    expect(await finished).toMatchObject({ code: 0, stderr: '' })
  })

  it('is missed with a hint when nobody started it', async () => {
    using workplace = new Workplace()
    const world = await startWorld({ start: START })
    await world.server.close()
    const { code, stderr } = await workplace.run(['collect', '--source', `sim:${world.server.url}`])
    expect(code).toBe(3)
    expect(stderr).toContain('No simulator answers at')
    expect(stderr).toContain('openpredict simulate')
  })
})

describe('demo', () => {
  it('shows what was found in all six families, the steps of a cycle, and what to type next', async () => {
    using workplace = new Workplace()
    const { code, stdout, stderr } = await workplace.run(['demo'], { TMPDIR: workplace.folder })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/cold start +6,\d{3} new bars/)
    expect(stdout.match(/live cycle \d/g)).toHaveLength(4)
    expect(stdout).toMatch(/\n▶ +[\d,.]+ +price\n/)
    expect(stdout).toMatch(/ASIAN_HIGH|LONDON_HIGH/)
    expect(stdout).toMatch(/Structure.*\n 15m +(BOS|CHOCH) +(BULLISH|BEARISH) +[\d,.]+ /)
    expect(stdout).toMatch(/Fair value gaps.*\n 15m +(BULLISH|BEARISH) +[\d,.]+ – [\d,.]+ /)
    expect(stdout).toMatch(/Liquidity.*\n \d\d:\d\d +\w+_(HIGH|LOW) +[\d,.]+ +(clean sweep|wick|run|near miss) /)
    expect(stdout).toMatch(/Blocks of this hour.*\n 1 +14:00 /)
    expect(stdout).toMatch(/detect_structure +\d/)
    expect(stdout).toMatch(
      /Stored +6,\d{3} bars, [\d,]+ levels, \d+ pivots, \d+ events, \d+ gaps, \d+ blocks, \d+ breaks /,
    )
    expect(linesMissingIn(stdout)).toEqual([])
    const [, store = ''] = /export --table reference_levels --store (\S+)/.exec(stdout) ?? []
    const exported = await workplace.run(['export', '--table', 'reference_levels', '--store', store])
    expect(exported.stdout.trim().split('\n').length).toBeGreaterThan(100)
  })
})
