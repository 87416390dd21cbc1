import { writeFile } from 'node:fs/promises'

import {
  type Alert,
  type AlertConfig,
  type AlertRule,
  type ChannelSpec,
  type DeliveryResult,
  Dispatcher,
  missingVariable,
  nearestNames,
  prometheusRules,
  writeDuration,
} from '@openpredict/monitor'

import { EXIT } from '../../../exit.ts'
import { columns, isTooWide } from '../../../format.ts'
import { discreet, redactorFor } from '../../../secrets.ts'
import type { Services } from '../../../services.ts'
import { UsageError } from '../../../usage-error.ts'
import type { AcknowledgeFlags, AlertsFlags, ExportAlertsFlags } from '../../alerts.ts'
import { alertRedactor, alertsFile, isConfigured, lookUp, openChannels, readAlerts } from './alerts-config.ts'
import { acknowledgementPath, leaveAcknowledgement, readFiring, statePath } from './alerts-state.ts'

/** Prints every rule, and which channels are configured. */
export function listAlerts(flags: AlertsFlags, { env, terminal }: Services): Promise<number> {
  const { rules, channels, silences } = readAlerts(alertsFile(flags.config, env))
  if (flags.json === true) {
    terminal.out(
      JSON.stringify({
        alerts: rules.map(ruleJson),
        channels: channels.map((spec) => ({ name: spec.name, type: spec.type, configured: isConfigured(spec, env) })),
        silences,
      }),
    )
    return Promise.resolve(EXIT.fine)
  }
  const rows = [
    ['severity', 'name', 'condition', 'window', 'for', 'repeat', 'channels'],
    ...rules.map((rule) => [
      rule.severity,
      rule.name,
      rule.condition.text,
      writeDuration(rule.windowMs),
      rule.forMs === 0 ? '–' : writeDuration(rule.forMs),
      writeDuration(rule.repeatMs),
      channelsText(rule),
    ]),
  ]
  const table = columns(rows)
  const lines = isTooWide(table, terminal.stdout) ? belowEachOther(rows) : table
  lines.forEach((line, i) => terminal.out(i === 0 ? terminal.colour.bold(line) : line))
  terminal.out('')
  for (const spec of channels) terminal.out(channelLine(spec, env))
  return Promise.resolve(EXIT.fine)
}

/** Rules for a narrow terminal: the condition and the channels of each stand below it. */
function belowEachOther([head = [], ...rows]: readonly (readonly string[])[]): readonly string[] {
  const short = columns([head, ...rows].map((row) => [...row.slice(0, 2), ...row.slice(3, 6)]))
  return short.flatMap((line, i) => (i === 0 ? [line] : [line, ...longCells(rows[i - 1])]))
}

function longCells([, , condition = '', , , , channels = '']: readonly string[] = []): readonly string[] {
  return [`    ${condition}`, `    → ${channels}`]
}

/** Sends a notification that is marked as a test over the channels of a rule. */
export async function testAlert(name: string, flags: AlertsFlags, outside: Services): Promise<number> {
  const config = readAlerts(alertsFile(flags.config, outside.env))
  const redactor = alertRedactor(redactorFor(outside.env), config, outside.env)
  const services = { ...outside, terminal: discreet(outside.terminal, redactor) }
  const { terminal, clock } = services
  const rule = ruleNamed(config, name)
  const at = clock.now()
  const alert: Alert = {
    rule,
    state: 'firing',
    since: at,
    firedAt: at,
    values: rule.condition.metrics.map((metric) => ({ metric: metric.name, value: undefined, unit: metric.unit })),
  }
  const channels = [...new Set([...rule.notification, ...rule.escalation.flatMap(({ notification }) => notification)])]
  const results: DeliveryResult[] = []
  const dispatcher = new Dispatcher({
    // A test shows which channel does not work: none stands in for another.
    channels: openChannels(config, services).filter((channel) => channels.includes(channel.name)),
    redact: redactor.text,
    onResult: (result) => void results.push(result),
  })
  await terminal.spin(`telling ${channels.join(', ')}`, () =>
    dispatcher.send([{ kind: 'test', at, group: rule.group, alerts: [alert], remaining: 0, channels }]),
  )
  const own = results.filter(({ insteadOf }) => insteadOf === undefined)
  const ok = own.every(({ failure }) => failure === undefined)
  if (flags.json === true) {
    const told = own.map(({ channel, failure }) => ({ channel, ok: failure === undefined, failure: failure ?? null }))
    terminal.out(JSON.stringify({ ok, alert: rule.name, channels: told }))
  } else {
    const { green, red } = terminal.colour
    for (const { channel, failure } of own)
      terminal.out(
        failure === undefined
          ? `${green('✔')} ${channel}: told`
          : `${red('✖')} ${channel}: ${withVariable(failure, channel, config, services)}`,
      )
  }
  return ok ? EXIT.fine : EXIT.no
}

/** Writes the rules for Prometheus. */
export async function exportAlerts(flags: ExportAlertsFlags, { env, terminal }: Services): Promise<number> {
  const { rules } = readAlerts(alertsFile(flags.config, env))
  const { text, leftOut } = prometheusRules(rules, { job: flags.job })
  if (flags.output !== undefined) await writeFile(flags.output, text)
  if (flags.json === true) terminal.out(JSON.stringify({ text, leftOut }))
  else if (flags.output === undefined) terminal.out(text.trimEnd())
  if (flags.json !== true) for (const { rule, reason } of leftOut) terminal.note(`left out: ${rule} (${reason})`)
  return EXIT.fine
}

/** Leaves word for the processes that judge alerts: somebody looks after one that fires. */
export function acknowledgeAlert(name: string, flags: AcknowledgeFlags, { env, terminal }: Services): Promise<number> {
  const rule = ruleNamed(readAlerts(alertsFile(flags.config, env)), name)
  const acknowledgement = { alert: rule.name, ...(flags.symbol === undefined ? {} : { instrument: flags.symbol }) }
  const told = (['loop', 'monitor'] as const).filter((who) => {
    const state = statePath(flags, env, who)
    const isFiring = readFiring(state).some(
      (alert) => alert.rule === rule.name && (flags.symbol === undefined || alert.instrument === flags.symbol),
    )
    if (state === undefined || !isFiring) return false
    leaveAcknowledgement(acknowledgementPath(state), acknowledgement)
    return true
  })
  if (flags.json === true) terminal.out(JSON.stringify({ ...acknowledgement, acknowledged: told.length > 0 }))
  else terminal.out(told.length > 0 ? `${rule.name} is acknowledged` : `${rule.name} does not fire here`)
  return Promise.resolve(told.length > 0 ? EXIT.fine : EXIT.no)
}

function ruleNamed({ rules }: AlertConfig, name: string): AlertRule {
  const rule = rules.find((known) => known.name === name)
  if (rule !== undefined) return rule
  const names = rules.map((known) => known.name)
  const like = nearestNames(name, names)
  throw new UsageError(
    `There is no alert "${name}": expected ${(like.length > 0 ? like : names).join(' or ')}.`,
    'openpredict alerts list shows all of them.',
  )
}

function channelsText({ notification, escalation }: AlertRule): string {
  const levels = escalation.map(
    ({ afterMs, notification: channels }) => `${channels.join(', ')} after ${writeDuration(afterMs)}`,
  )
  return [notification.join(', '), ...levels].join('; ')
}

function channelLine(spec: ChannelSpec, env: Services['env']): string {
  const missing = missingVariable(spec, (variable) => lookUp(env, variable))
  return `${missing === undefined ? '✔' : '–'} ${spec.name} (${spec.type})${missing === undefined ? '' : `: ${missing} is not set`}`
}

function withVariable(failure: string, channel: string, { channels }: AlertConfig, { env }: Services): string {
  const spec = channels.find(({ name }) => name === channel)
  const missing = spec === undefined ? undefined : missingVariable(spec, (variable) => lookUp(env, variable))
  return missing === undefined ? failure : `${missing} is not set`
}

function ruleJson(rule: AlertRule): Readonly<Record<string, unknown>> {
  const { condition, windowMs, forMs, repeatMs, escalation, ...rest } = rule
  return {
    ...rest,
    condition: condition.text,
    window: writeDuration(windowMs),
    for: writeDuration(forMs),
    repeat: writeDuration(repeatMs),
    escalation: escalation.map(({ level, afterMs, notification }) => ({
      level,
      after: writeDuration(afterMs),
      notification,
    })),
  }
}
