import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

import { parseInstant } from '@openpredict/market'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { parseLog, until } from '../e2e/log-lines.ts'
import { testDatabase } from '../e2e/on-server.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { startWorld } from '../e2e/world.ts'
import { unavailable } from '../local-supabase/src/index.ts'
import { readDeploy, readYaml } from './deploy-files.ts'

/** A line of the log, and the same as it stands in the file. */
interface Line {
  readonly text: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** What a collector with a remote store has told, in its log and at its endpoint. */
let lines: readonly Line[] = []
let page = ''
let scraped: ReadonlySet<string> = new Set()

const reason = unavailable()

beforeAll(async () => {
  if (reason !== undefined) return
  await using database = await testDatabase()
  using workplace = new Workplace()
  await using world = await startWorld({ start: parseInstant('2024-06-05T14:30:30Z'), speed: 600 })
  world.server.faults.next({ kind: '503' })
  const log = workplace.path('log')
  const args = ['run-loop', '--source', world.source, '--store', database.url, '-s', 'NQ=F', '-s', 'XX=F']
  const { child, finished } = workplace.start([...args, '--metrics-port', '0', '--log-format', 'none'], {
    LOG_FILE: log,
  })
  const written = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  await until(() => parseLog(written()).filter(({ operation }) => operation === 'deliver').length >= 2)
  const url = parseLog(written()).find(({ operation }) => operation === 'metrics')?.['url']
  page = await (await fetch(`${String(url)}/metrics`)).text()
  scraped = new Set(page.match(/^[a-zA-Z_:][\w:]*/gm))
  child.kill('SIGTERM')
  await finished
  lines = written()
    .trimEnd()
    .split('\n')
    .map((text) => ({ text, fields: JSON.parse(text) as Line['fields'] }))
})

afterAll(() => {
  lines = []
})

/** The names of metrics in an expression of PromQL: what is neither a function, a keyword, a label nor in quotes. */
function metricsIn(expression: string): readonly string[] {
  const bare = expression
    .replaceAll(/"[^"]*"/g, '')
    .replaceAll(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '')
  return bare.match(/[a-zA-Z_:][\w:]*(?!\w*\s*\()/g) ?? []
}

interface Board {
  readonly panels: readonly {
    readonly title: string
    readonly targets?: readonly { readonly expr: string }[]
    readonly gridPos: { readonly x: number; readonly w: number }
  }[]
  readonly templating: { readonly list: readonly { readonly definition?: string }[] }
  readonly annotations: { readonly list: readonly { readonly expr: string }[] }
}

describe('metricsIn', () => {
  it('finds the names that are asked for, and nothing else', () => {
    const expression =
      '100 * sum by (le, job) (rate(a_bucket{x=~"$y",z="b"}[15m])) / clamp_min(b:c - time(), 0) or (d_total)'
    expect(metricsIn(expression).filter((name) => name !== 'or')).toEqual(['a_bucket', 'b:c', 'd_total'])
  })
})

describe.skipIf(reason !== undefined)('with what a running collector tells (needs the local PostgreSQL)', () => {
  const board = JSON.parse(readDeploy('grafana', 'openpredict.json')) as Board

  it('Grafana’s board can draw every one of its panels', () => {
    const expressions = [
      ...board.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
      ...board.templating.list.flatMap(({ definition = '' }) => /label_values\(([^,{]+)/.exec(definition)?.[1] ?? []),
      ...board.annotations.list.map(({ expr }) => expr),
    ]
    expect(expressions.length).toBeGreaterThan(60)
    // What Prometheus itself makes of each target.
    const known = new Set([...scraped, 'up'])
    for (const expression of expressions) {
      const names = metricsIn(expression)
      expect(names.length).toBeGreaterThan(0)
      expect(names.filter((name) => !known.has(name))).toEqual([])
    }
  })

  it('Grafana’s board asks for labels that there are', () => {
    const labels = new Set(['job', 'instance', ...[...page.matchAll(/[{,](\w+)="/g)].map(([, label = '']) => label)])
    const text = board.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)).join('\n')
    const asked = [
      ...[...text.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label),
      ...[...text.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', ')),
    ]
    expect(asked.length).toBeGreaterThan(60)
    expect([...new Set(asked)].filter((label) => !labels.has(label))).toEqual([])
  })

  it('Filebeat finds its fields in every line, and reads the time', () => {
    const { 'filebeat.inputs': inputs, processors } = readYaml('log-shippers', 'filebeat.yml') as {
      readonly 'filebeat.inputs': readonly { readonly paths: readonly string[] }[]
      readonly processors: readonly {
        readonly timestamp?: { readonly field: string; readonly layouts: readonly string[]; readonly test: string[] }
        readonly drop_fields?: { readonly fields: readonly string[] }
      }[]
    }
    expect(inputs[0]?.paths).toContain('/var/log/openpredict/*.log')
    const its = processors.find(({ timestamp }) => timestamp !== undefined)?.timestamp
    const fields = [its?.field ?? '', ...processors.flatMap(({ drop_fields: dropped }) => dropped?.fields ?? [])]
    // Go's reference time, digit for digit.
    const layouts = its?.layouts.map(
      (layout) => new RegExp(`^${layout.replaceAll(/\d/g, '\\d').replaceAll('.', '\\.')}$`),
    )
    for (const text of its?.test ?? []) expect(layouts?.some((layout) => layout.test(text))).toBe(true)
    for (const line of lines) {
      for (const field of fields) expect(line.fields).toHaveProperty(field)
      expect(layouts?.some((layout) => layout.test(String(line.fields[its?.field ?? ''])))).toBe(true)
    }
    expect(lines.length).toBeGreaterThan(20)
  })

  it('the CloudWatch agent reads the time of every line of the files that are written', () => {
    const { logs } = JSON.parse(readDeploy('log-shippers', 'cloudwatch-agent.json')) as {
      readonly logs: {
        readonly logs_collected: {
          readonly files: {
            readonly collect_list: readonly { readonly file_path: string; readonly timestamp_format: string }[]
          }
        }
      }
    }
    const files = logs.logs_collected.files.collect_list
    expect(files.map(({ file_path: path }) => path)).toEqual(['production', 'staging'].map(logFileOf))
    const digits: Readonly<Record<string, string>> = { Y: '\\d{4}', f: '\\d{1,9}' }
    for (const { timestamp_format: format } of files) {
      const pattern = format.replaceAll('.', '\\.').replaceAll(/%(\w)/g, (_, name: string) => digits[name] ?? '\\d\\d')
      for (const { text, fields } of lines) {
        const [found = ''] = new RegExp(pattern).exec(text) ?? []
        expect(`${found}Z`).toBe(fields['timestamp'])
      }
    }
  })

  it('Datadog takes no status of a cycle for how serious it is', () => {
    const { logs } = readYaml('log-shippers', 'datadog.yaml') as {
      readonly logs: readonly {
        readonly path: string
        readonly log_processing_rules: readonly { readonly pattern: string; readonly replace_placeholder: string }[]
      }[]
    }
    expect(logs.map(({ path }) => path)).toEqual(['production', 'staging'].map(logFileOf))
    expect(lines.filter(({ fields }) => fields['status'] === 'failed').length).toBeGreaterThan(0)
    for (const { log_processing_rules: rules } of logs) {
      for (const { text, fields } of lines) {
        const sent = rules.reduce(
          (line, rule) => line.replaceAll(new RegExp(rule.pattern, 'g'), rule.replace_placeholder),
          text,
        )
        const { status, ...others } = fields
        expect(JSON.parse(sent)).toEqual({ ...others, outcome: status })
      }
    }
  })
})

function logFileOf(name: string): string | undefined {
  return parseEnv(readDeploy('env', `${name}.env.example`))['LOG_FILE']
}
