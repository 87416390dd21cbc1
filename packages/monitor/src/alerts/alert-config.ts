import { MarketError, parseInstant } from '@openpredict/market'

import { AlertError } from './alert-error.ts'
import { type AlertRule, createAlertRule, type EscalationLevel, SEVERITIES, type Severity } from './alert-rule.ts'
import { type ChannelSpec, DEFAULT_CHANNELS } from './channels/channel-spec.ts'
import { DEFAULT_RULES } from './default-rules.ts'
import { parseDuration } from './duration.ts'
import { nearestNames } from './nearest-names.ts'
import type { Silence } from './silence.ts'
import { readYaml, type YamlValue } from './yaml-reader.ts'

/** What a file of alerts says. */
export interface AlertConfig {
  readonly rules: readonly AlertRule[]
  readonly channels: readonly ChannelSpec[]
  readonly silences: readonly Silence[]
}

/** What counts without a file. */
export const DEFAULT_ALERTS: AlertConfig = { rules: DEFAULT_RULES, channels: DEFAULT_CHANNELS, silences: [] }

const DURATION = 'a duration such as 10m'
const RULE_FIELDS = [
  'name',
  'condition',
  'severity',
  'notification',
  'window',
  'for',
  'repeat',
  'group',
  'labels',
  'summary',
  'runbook',
  'escalation',
  'inhibits',
]

/**
 * Reads a file of alerts, in YAML: `alerts`, and beside them `channels`, `escalations`, `silences`, and `defaults: true` for the
 * rules that count without a file. `file` is its name for messages.
 *
 * Throws an `AlertError` that names the line and column, what was found and what was expected.
 *
 * @example
 * ```ts
 * const { rules } = parseAlertConfig("alerts: [{ name: slow, condition: 'execution_time_p95 > 8s', severity: warning, notification: slack }]")
 * rules.map(({ name, notification }) => [name, notification]) // => [['slow', ['slack']]]
 * ```
 */
export function parseAlertConfig(text: string, file = 'alerts'): AlertConfig {
  const root = readYaml(text, file)
  const fields = root.map(['alerts', 'channels', 'escalations', 'silences', 'defaults'])
  const channels = channelsOf(fields.get('channels'))
  const names = channels.map(({ name }) => name)
  const escalations = new Map(
    [...(fields.get('escalations')?.anyMap() ?? [])].map(([name, value]) => [name, levelsOf(value, names)] as const),
  )
  const own = (fields.get('alerts')?.list() ?? []).map((value) => ruleOf(value, names, escalations))
  const isWithDefaults = fields.get('defaults')?.truth() === true
  if (own.length === 0 && !isWithDefaults) root.refuse('has no rules', 'expected a list under alerts')
  const seen = new Set<string>()
  for (const { rule, value } of own) {
    if (seen.has(rule.name)) value.refuse(`has the name "${rule.name}" a second time`, 'expected each name once')
    seen.add(rule.name)
  }
  const kept = isWithDefaults ? DEFAULT_RULES.filter(({ name }) => !seen.has(name)) : []
  const rules = [...own.map(({ rule }) => rule), ...kept]
  for (const { rule, value, inhibits } of own) {
    for (const name of rule.inhibits)
      if (!rules.some((other) => other.name === name))
        refuseName(
          inhibits ?? value,
          name,
          rules.map((other) => other.name),
        )
  }
  return { rules, channels, silences: (fields.get('silences')?.list() ?? []).map(silenceOf) }
}

interface RuleAt {
  readonly rule: AlertRule
  readonly value: YamlValue
  readonly inhibits: YamlValue | undefined
}

function ruleOf(
  value: YamlValue,
  channels: readonly string[],
  escalations: ReadonlyMap<string, readonly EscalationLevel[]>,
): RuleAt {
  const fields = value.map(RULE_FIELDS)
  const need = (name: string): YamlValue =>
    fields.get(name) ?? value.refuse(`has no ${name}`, 'expected name, condition, severity and notification')
  const duration = (name: string): number | undefined => fields.get(name)?.parsed(parseDuration, DURATION)
  const [condition, escalation] = [need('condition'), fields.get('escalation')]
  const [windowMs, forMs, repeatMs] = [duration('window'), duration('for'), duration('repeat')]
  const [group, summary, runbook] = [
    fields.get('group')?.text(),
    fields.get('summary')?.text(),
    fields.get('runbook')?.text(),
  ]
  const labels = [...(fields.get('labels')?.anyMap() ?? [])].map(([name, label]) => [name, label.text()] as const)
  try {
    const rule = createAlertRule({
      name: need('name').parsed(
        (name) => (/^[a-zA-Z_][\w-]*$/.test(name) ? name : undefined),
        'letters, digits, - and _',
      ),
      condition: condition.text(),
      severity: need('severity').parsed(
        (word) => SEVERITIES.find((known) => known === word),
        SEVERITIES.join(', '),
      ) satisfies Severity,
      notification: namesOf(need('notification'), channels),
      ...(windowMs === undefined ? {} : { windowMs }),
      ...(forMs === undefined ? {} : { forMs }),
      ...(repeatMs === undefined ? {} : { repeatMs }),
      ...(group === undefined ? {} : { group }),
      ...(summary === undefined ? {} : { summary }),
      ...(runbook === undefined ? {} : { runbook }),
      labels: Object.fromEntries(labels),
      ...(escalation === undefined ? {} : { escalation: escalationOf(escalation, channels, escalations) }),
      inhibits: fields.get('inhibits')?.texts() ?? [],
    })
    const { windowMs: over } = rule.condition
    if (over !== undefined && windowMs !== undefined && over !== windowMs)
      fields.get('window')?.refuse('differs from the "over" of the condition', 'expected one of them, or the same')
    return { rule, value, inhibits: fields.get('inhibits') }
  } catch (error) {
    if (error instanceof AlertError && error.failure.kind !== 'file') condition.fail(error.message)
    throw error
  }
}

/** Levels that stand here, or the name of a list of them. */
function escalationOf(
  value: YamlValue,
  channels: readonly string[],
  named: ReadonlyMap<string, readonly EscalationLevel[]>,
): readonly EscalationLevel[] {
  let name: string
  try {
    name = value.text()
  } catch {
    return levelsOf(value, channels)
  }
  return named.get(name) ?? refuseName(value, name, [...named.keys()])
}

function levelsOf(value: YamlValue, channels: readonly string[]): readonly EscalationLevel[] {
  return value.list().map((item) => {
    const fields = item.map(['level', 'after', 'notification'])
    const need = (name: string): YamlValue =>
      fields.get(name) ?? item.refuse(`has no ${name}`, 'expected level, after and notification')
    return {
      level: need('level').text(),
      afterMs: need('after').parsed(parseDuration, DURATION),
      notification: namesOf(need('notification'), channels),
    }
  })
}

function channelsOf(value: YamlValue | undefined): readonly ChannelSpec[] {
  const own = [...(value?.anyMap() ?? [])].map(([name, its]) => channelOf(name, its))
  return [...own, ...DEFAULT_CHANNELS.filter(({ name }) => !own.some((other) => other.name === name))]
}

function channelOf(name: string, value: YamlValue): ChannelSpec {
  const type = (
    value.anyMap().get('type') ?? value.refuse('has no type', 'expected slack, pagerduty, webhook or command')
  ).parsed(
    (text) => (['slack', 'pagerduty', 'webhook', 'command'] as const).find((known) => known === text),
    'slack, pagerduty, webhook or command',
  )
  const fields = value.map([
    'type',
    'timeout',
    ...(type === 'command' ? ['command'] : type === 'pagerduty' ? ['key_from', 'url_from'] : ['url_from']),
  ])
  const timeoutMs = fields.get('timeout')?.parsed(parseDuration, 'a duration such as 5s')
  const timeout = timeoutMs === undefined ? {} : { timeoutMs }
  const from = (field: string): string =>
    (fields.get(field) ?? value.refuse(`has no ${field}`, 'expected the name of a variable that holds it')).parsed(
      variable,
      'the name of a variable that holds it, such as TEAM_WEBHOOK_URL',
    )
  if (type === 'command') {
    const command =
      fields.get('command') ?? value.refuse('has no command', 'expected a list of a program and its arguments')
    const [program, ...rest] = command.list().map((item) => item.text())
    if (program === undefined) return command.refuse('is empty', 'expected a list of a program and its arguments')
    return { name, type, argv: [program, ...rest], ...timeout }
  }
  if (type === 'pagerduty')
    return {
      name,
      type,
      keyFrom: from('key_from'),
      ...(fields.has('url_from') ? { urlFrom: from('url_from') } : {}),
      ...timeout,
    }
  return { name, type, urlFrom: from('url_from'), ...timeout }
}

function silenceOf(value: YamlValue): Silence {
  const fields = value.map(['matchers', 'from', 'to', 'reason'])
  const need = (name: string): YamlValue =>
    fields.get(name) ?? value.refuse(`has no ${name}`, 'expected matchers, from, to and reason')
  const instant = (name: string): number => need(name).parsed(instantOf, 'an instant such as 2026-01-31T22:00:00Z')
  const matchers = [...need('matchers').anyMap()].map(([name, wanted]) => [name, wanted.text()] as const)
  if (matchers.length === 0) need('matchers').refuse('is empty', 'expected at least one, such as alert: slow_execution')
  const [from, to] = [instant('from'), instant('to')]
  if (to <= from) need('to').refuse('is not after from', 'expected a later instant')
  return { matchers: Object.fromEntries(matchers), from, to, reason: need('reason').text() }
}

function instantOf(text: string): number | undefined {
  try {
    return parseInstant(text)
  } catch (error) {
    if (error instanceof MarketError) return undefined
    throw error
  }
}

function namesOf(value: YamlValue, known: readonly string[]): readonly string[] {
  const names = value.texts()
  for (const name of names) if (!known.includes(name)) refuseName(value, name, known)
  return names
}

function refuseName(value: YamlValue, name: string, known: readonly string[]): never {
  const like = nearestNames(name, known)
  const expected = like.length > 0 ? like : known
  return value.refuse(
    `has "${name}"`,
    `expected ${expected.length === 0 ? 'a name that is defined' : expected.join(' or ')}`,
  )
}

function variable(text: string): string | undefined {
  return /^[A-Z_][A-Z0-9_]*$/.test(text) ? text : undefined
}
