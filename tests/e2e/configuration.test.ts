import { writeFileSync } from 'node:fs'

import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { Workplace } from './run-cli.ts'
import { openStored } from './stored.ts'
import { startWorld } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')

interface Shown {
  readonly name: string
  readonly value: string | null
  readonly from: string
}

async function show(workplace: Workplace, args: readonly string[], env = {}): Promise<ReadonlyMap<string, Shown>> {
  const { code, stdout } = await workplace.run(['config', 'show', '--json', ...args], env)
  expect(code).toBe(0)
  return new Map((JSON.parse(stdout) as readonly Shown[]).map((setting) => [setting.name, setting]))
}

describe('config show', () => {
  it('says where each value comes from: the environment comes before the file, the file before the default', async () => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('prod.env'), 'INSTRUMENT=ES=F\nFETCH_INTERVAL_SECONDS=30 # half a minute\n')
    const settings = await show(workplace, ['--env-file', 'prod.env'], { INSTRUMENT: 'YM=F' })
    expect(settings.get('INSTRUMENT')).toMatchObject({ value: 'YM=F', from: 'environment' })
    expect(settings.get('FETCH_INTERVAL_SECONDS')).toMatchObject({ value: '30', from: 'file' })
    expect(settings.get('OPENPREDICT_STORE')).toMatchObject({ value: 'sqlite:openpredict.sqlite', from: 'default' })
  })

  it('reads a file that begins with a byte-order mark', async () => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('windows.env'), '\uFEFFINSTRUMENT=ES=F\r\n')
    const settings = await show(workplace, ['--env-file', 'windows.env'])
    expect(settings.get('INSTRUMENT')).toMatchObject({ value: 'ES=F', from: 'file' })
  })

  it('shows nothing of a value that does not read as a URL but may hold a password', async () => {
    using workplace = new Workplace()
    const env = { OPENPREDICT_STORE: 'postgres://me:hunt#er2@host/db', OPENPREDICT_YAHOO_URL: 'http://me:hunt er2@x y' }
    for (const args of [
      ['config', 'show'],
      ['config', 'verify'],
      ['collect', '--source', 'sim:http://me:hunter2@127.0.0.1:1/?token=hunt'],
    ]) {
      const { stdout, stderr } = await workplace.run(args, args[0] === 'collect' ? {} : env)
      expect(stdout + stderr).not.toMatch(/hunt|er2/)
    }
  })

  it('shows no user, password or query of a URL', async () => {
    using workplace = new Workplace()
    const url = 'http://me:hunter2@127.0.0.1:8080/path?token=hunter3'
    for (const args of [
      ['config', 'show'],
      ['config', 'show', '--json'],
      ['config', 'verify'],
    ]) {
      const { stdout, stderr } = await workplace.run(args, { OPENPREDICT_YAHOO_URL: url })
      expect(stdout).toContain('127.0.0.1:8080/path')
      expect(stdout + stderr).not.toMatch(/hunter|me:/)
    }
  })
})

describe('config verify', () => {
  it('is content with an empty folder', async () => {
    using workplace = new Workplace()
    const { code, stdout, stderr } = await workplace.run(['config', 'verify'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/✔ INSTRUMENT +NQ=F[\s\S]*✔ store .*schema \d+, written and read back[\s\S]*✔ disk/)
  })

  it.each([
    ['FETCH_INTERVAL_SECONDS', '0', 'expected whole seconds from 1 to 86400'],
    ['INSTRUMENT', 'NQ F', 'expected symbols as Yahoo writes them'],
    ['OPENPREDICT_STORE', 'nq.sqlite', 'expected sqlite:PATH'],
    ['OPENPREDICT_YAHOO_URL', 'ftp://example.com', 'expected a URL that begins with http:// or https://'],
    ['MARKET_TIMEZONE', 'America/Chicago', 'expected America/New_York'],
    ['UTC_TIMEZONE', 'GMT', 'expected UTC'],
  ])('says no to %s=%s, with its name, what was found and what is expected', async (name, value, expected) => {
    using workplace = new Workplace()
    const { code, stdout } = await workplace.run(['config', 'verify'], { [name]: value })
    expect(code).toBe(1)
    expect(stdout).toContain(`✖ ${name}`)
    expect(stdout).toContain(`${name} is "${value}": ${expected}`)
  })

  it('refuses an --env-file that is not there', async () => {
    using workplace = new Workplace()
    const { code, stderr } = await workplace.run(['config', 'verify', '--env-file', 'none.env'])
    expect(code).toBe(2)
    expect(stderr).toContain('--env-file: none.env does not exist')
  })

  it('lets every command read the --env-file', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    writeFileSync(workplace.path('prod.env'), 'OPENPREDICT_STORE=sqlite:here/nq.sqlite\n')
    const { code } = await workplace.run(['--env-file', 'prod.env', 'collect', '--source', world.source])
    expect(code).toBe(0)
    await using store = await openStored(workplace, 'here/nq.sqlite')
    expect(await store.countRows('ohlc_data', 'NQ=F')).toBeGreaterThan(6_000)
  })
})

describe('db', () => {
  it('creates the tables, shows them, copies them and empties them', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const none = await workplace.run(['db', 'status'])
    expect(none.code).toBe(4)
    expect(none.stderr).toContain('there is nothing to read')

    const migrated = await workplace.run(['db', 'migrate', '--json'])
    expect(JSON.parse(migrated.stdout)).toMatchObject({ from: 0, applied: [1, 2] })
    expect((await workplace.run(['db', 'migrate'])).stdout).toMatch(/schema \d+, up to date/)
    expect(await workplace.run(['collect', '--source', world.source])).toMatchObject({ code: 0 })
    const status = await workplace.run(['db', 'status'])
    expect(status.stdout).toMatch(/ohlc_data +6,\d{3}\n/)

    expect(await workplace.run(['db', 'backup', 'copy.sqlite'])).toMatchObject({ code: 0, stderr: '' })
    const again = await workplace.run(['db', 'backup', 'copy.sqlite'])
    expect(again.code).toBe(4)
    expect(again.stderr).toContain('there is something here already')

    const unconfirmed = await workplace.run(['db', 'reset'])
    expect(unconfirmed.code).toBe(2)
    expect(unconfirmed.stderr).toMatch(/deletes every row of .*openpredict\.sqlite, 6,\d{3} bars among them/)
    expect(await workplace.run(['db', 'reset', '--confirm'])).toMatchObject({ code: 0 })
    const counts = async (file: string): Promise<Record<string, number>> => {
      const { stdout } = await workplace.run(['db', 'status', '--json', '--store', `sqlite:${file}`])
      return (JSON.parse(stdout) as { tables: Record<string, number> }).tables
    }
    expect(await counts('openpredict.sqlite')).toMatchObject({
      ohlc_data: 0,
      reference_levels: 0,
      collection_cycles: 0,
    })
    const copy = await counts('copy.sqlite')
    expect(copy['ohlc_data']).toBeGreaterThan(6_000)
    expect(copy['collection_cycles']).toBe(1)
  })
})
