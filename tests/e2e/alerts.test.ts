import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseInstant } from '@openpredict/market'
import { DEFAULT_ALERTS, METRIC_NAMES, parseAlertConfig } from '@openpredict/monitor'
import { describe, expect, it } from 'vitest'

import { startReceiver } from '../../packages/monitor/test/receiver.ts'
import { openpredict } from '../edge-cases/in-process.ts'
import { ROOT } from '../package-map.ts'
import { readLog, until } from './log-lines.ts'
import { Workplace } from './run-cli.ts'
import { openStored } from './stored.ts'
import { startWorld, timer } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')
const KEY = '0123456789abcdef0123456789abcdef'

/** Fires as soon as three cycles have ended, and never ends. */
const RULES = `
alerts:
  - name: any_cycle
    condition: execution_time_max > 0s
    severity: critical
    notification: [pagerduty, slack]
    repeat: 24h
`

function storeIn(workplace: Workplace): string {
  return `sqlite:${workplace.path('openpredict.sqlite')}`
}

/** One cycle. */
async function collect(workplace: Workplace, source: string): Promise<void> {
  const { code } = await openpredict(['collect', '--source', source, '--store', storeIn(workplace)], timer, {
    WARM_UP_DAYS: '0',
  })
  expect(code).toBe(0)
}

function writeRules(workplace: Workplace, text = RULES): string {
  const path = workplace.path('rules.yaml')
  writeFileSync(path, text)
  return path
}

describe('alerts of a loop', () => {
  it('are told over their channels, once over a restart; the heartbeat beats; no secret is seen', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    await using pagerduty = await startReceiver([{ status: 202 }])
    await using slack = await startReceiver([{ status: 403 }])
    await using heart = await startReceiver()
    const env = {
      PAGERDUTY_ROUTING_KEY: KEY,
      PAGERDUTY_URL: pagerduty.url,
      SLACK_WEBHOOK_URL: `${slack.url}/planted-path`,
      HEARTBEAT_URL: `${heart.url}/planted-beat`,
      LOG_FILE: workplace.path('agent1.log'),
    }
    const args = ['run-loop', '--source', world.source, '--alerts', writeRules(workplace)]
    const log = (): ReturnType<typeof readLog> => readLog(workplace.path('agent1.log'))
    const first = workplace.start(args, env)
    await until(() => pagerduty.bodies.length > 0 && log().some(({ level }) => level === 'CRITICAL'))
    await until(() => heart.methods.length > 0)
    first.child.kill('SIGTERM')
    const { code, stdout, stderr } = await first.finished
    expect(code).toBe(0)
    expect(pagerduty.bodies[0]).toMatchObject({
      routing_key: KEY,
      event_action: 'trigger',
      payload: { severity: 'critical', class: 'any_cycle', custom_details: { alerts: [{ instrument: 'NQ=F' }] } },
    })
    expect(log().find(({ operation }) => operation === 'alert')).toMatchObject({
      level: 'ERROR',
      status: 'firing',
      message: 'Alert any_cycle on NQ=F fires: execution_time_max > 0s',
    })
    expect(log().find(({ level }) => level === 'CRITICAL')).toMatchObject({
      operation: 'notification',
      status: 'failed',
      message: 'slack could not be told of any_cycle: the receiver answered 403',
    })
    const printed = stdout + stderr + readFileSync(env.LOG_FILE, 'utf8')
    for (const secret of [KEY, 'planted', slack.url, heart.url]) expect(printed).not.toContain(secret)

    // It still fires, and nobody is told a second time.
    const told = pagerduty.bodies.length
    const cycles = log().filter(({ operation }) => operation === 'cycle').length
    const second = await workplace.run([...args, '--cycles', '2'], env)
    expect(second.code).toBe(0)
    expect(log().filter(({ operation }) => operation === 'cycle')).toHaveLength(cycles + 2)
    expect(pagerduty.bodies).toHaveLength(told)

    // Somebody looks after it.
    const acknowledged = await openpredict(
      ['alerts', 'acknowledge', 'any_cycle', '--config', args.at(-1) ?? '', '--store', storeIn(workplace)],
      timer,
    )
    expect(acknowledged).toMatchObject({ code: 0, stdout: 'any_cycle is acknowledged\n' })
  })
})

describe('alerts of a collector that is down', () => {
  it('are told by the process that watches it', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 240 })
    await using pagerduty = await startReceiver()
    await collect(workplace, world.source)
    const env = { PAGERDUTY_ROUTING_KEY: KEY, PAGERDUTY_URL: pagerduty.url }
    // Four minutes of silence pass in a second.
    const watch = workplace.start(
      ['monitor', '--duration', '24h', '--source', world.source, '--interval', '30', '--alerting'],
      env,
    )
    await until(() => pagerduty.bodies.length > 0)
    watch.child.kill('SIGTERM')
    const { stderr } = await watch.finished
    expect(pagerduty.bodies[0]).toMatchObject({
      event_action: 'trigger',
      payload: { class: 'agent1_down', severity: 'critical' },
    })
    expect(stderr).toContain("Alert agent1_down fires: process_status != 'running'")
    expect(stderr).toContain('Told pagerduty of agent1_down')
  })
})

describe('alerts check', () => {
  it('ends with 1 when something fires, shows what is unknown, and tells nobody', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    await collect(workplace, world.source)
    const own = ['--source', world.source, '--store', storeIn(workplace)]
    const well = await openpredict(['alerts', 'check', '--json', ...own], timer)
    expect(well.code).toBe(0)
    const { alerts } = JSON.parse(well.stdout) as {
      readonly alerts: readonly { readonly alert: string; readonly state: string }[]
    }
    const stateOf = (name: string): string | undefined => alerts.find(({ alert }) => alert === name)?.state
    expect(alerts).toHaveLength(DEFAULT_ALERTS.rules.length)
    expect([stateOf('agent1_down'), stateOf('severe_error_rate'), stateOf('reduced_coverage')]).toEqual([
      'inactive',
      'unknown',
      'inactive',
    ])
    // Without a remote store nothing waits for one, which is known.
    expect([stateOf('delivery_late'), stateOf('delivery_refused')]).toEqual(['inactive', 'inactive'])

    const rules = writeRules(workplace, RULES.replace('execution_time_max > 0s', 'bars_fetched > 5'))
    const bad = await openpredict(['alerts', 'check', '--config', rules, ...own], timer)
    expect(bad).toMatchObject({ code: 1, stderr: '' })
    expect(bad.stdout).toMatch(
      /^firing for 0 s\s+critical\s+any_cycle\s+NQ=F\s+bars_fetched > 5: bars_fetched = [1-9]\d*$/m,
    )
    await using store = await openStored(workplace)
    expect(await store.countRows('collection_cycles')).toBe(1)
  })
})

describe('alerts test', () => {
  it('sends what is marked as a test, and says which channel does not work', async () => {
    using workplace = new Workplace()
    await using hook = await startReceiver()
    const rules = writeRules(
      workplace,
      `
channels:
  file: { type: command, command: [sh, -c, 'cat > "$0"', '${workplace.path('told.json')}'] }
  hook: { type: webhook, url_from: TEAM_HOOK }
alerts:
  - { name: a, condition: error_rate > 10%, severity: info, notification: [file, hook, slack] }
`,
    )
    const { code, stdout } = await openpredict(['alerts', 'test', 'a', '--config', rules], timer, {
      TEAM_HOOK: hook.url,
    })
    expect(code).toBe(1)
    expect(stdout).toContain('✔ file: told\n')
    expect(stdout).toContain('✔ hook: told\n')
    expect(stdout).toContain('✖ slack: SLACK_WEBHOOK_URL is not set\n')
    const told = JSON.parse(readFileSync(workplace.path('told.json'), 'utf8')) as unknown
    expect(told).toMatchObject({ kind: 'test', test: true, title: '[TEST] info: a' })
    expect(hook.bodies).toEqual([told])
  })
})

describe('alerts export', () => {
  const tool = promtool()

  it.skipIf(tool === undefined)('writes rules that promtool takes (skipped where there is none)', async () => {
    using workplace = new Workplace()
    const path = workplace.path('rules.yml')
    expect((await openpredict(['alerts', 'export', '--format', 'prometheus', '--output', path], timer)).code).toBe(0)
    expect(execFileSync(tool ?? '', ['check', 'rules', path], { encoding: 'utf8' })).toContain(
      'SUCCESS: 18 rules found',
    )
  })
})

describe('a file of alerts that is wrong', () => {
  it('is refused with its line, and nothing is collected', async () => {
    using workplace = new Workplace()
    const rules = writeRules(workplace, RULES.replace('execution_time_max', 'execution_time_mx'))
    const { code, stderr } = await openpredict(['alerts', 'list', '--config', rules], timer)
    expect(code).toBe(2)
    expect(stderr).toContain(
      'rules.yaml:4:16: The condition "execution_time_mx > 0s" names the metric "execution_time_mx"',
    )
    expect(stderr).toContain('expected execution_time_max')
  })
})

it('deploy/alerts.yaml says the same as the rules that count without a file', () => {
  const { rules, channels, silences } = parseAlertConfig(readFileSync(join(ROOT, 'deploy', 'alerts.yaml'), 'utf8'))
  const plain = (its: unknown): unknown => JSON.parse(JSON.stringify(its))
  expect(plain({ rules, channels, silences })).toEqual(plain(DEFAULT_ALERTS))
})

it('the page on alerts names every metric and says what to do about every rule', () => {
  const page = readFileSync(join(ROOT, 'docs', 'operations', 'alerts.md'), 'utf8')
  const headings = [...page.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)
  expect(headings).toEqual(expect.arrayContaining(DEFAULT_ALERTS.rules.map(({ name }) => name)))
  expect(METRIC_NAMES.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})

/** Where promtool is; `undefined` where it is not. */
function promtool(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'command -v promtool'], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}
