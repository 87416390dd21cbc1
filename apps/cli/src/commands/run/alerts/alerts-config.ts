import { createRedactor, type Redactor } from '@openpredict/collector'
import {
  type AlertConfig,
  AlertError,
  type Channel,
  type ChannelSpec,
  createChannels,
  DEFAULT_ALERTS,
  missingVariable,
  parseAlertConfig,
} from '@openpredict/monitor'

import { configured } from '../../../configuration.ts'
import { readNamedFile } from '../../../read-named-file.ts'
import type { Services } from '../../../services.ts'
import { ALL_SETTINGS, type Environment, type Setting, SETTINGS } from '../../../settings.ts'
import { UsageError } from '../../../usage-error.ts'
import { runAlertCommand } from './alerts-command.ts'

/** The file of rules: flag, then ALERTS_FILE; `undefined` for the rules that count without one. */
export function alertsFile(flag: string | undefined, env: Environment): string | undefined {
  return flag ?? configured(SETTINGS.alertsFile, env)
}

/** Rules, channels and silences of a file, or those that count without one. Throws a `UsageError` for what cannot be right. */
export function readAlerts(file: string | undefined): AlertConfig {
  if (file === undefined) return DEFAULT_ALERTS
  const text = readNamedFile(file).toString('utf8')
  try {
    return parseAlertConfig(text, file)
  } catch (error) {
    if (error instanceof AlertError) throw new UsageError(error.message, error.hint)
    throw error
  }
}

/** The value of a variable that a channel names; `undefined` when it is empty. Throws a `UsageError` for one that cannot be right. */
export function lookUp(env: Environment, variable: string): string | undefined {
  const setting = ALL_SETTINGS.find(({ name }) => name === variable) as Setting<string> | undefined
  if (setting !== undefined) return configured(setting, env)
  const text = env[variable]?.trim() ?? ''
  return text === '' ? undefined : text
}

/** Whether the environment has what a channel needs. */
export function isConfigured(spec: ChannelSpec, env: Environment): boolean {
  return missingVariable(spec, (variable) => lookUp(env, variable)) === undefined
}

/** A redactor that knows what the variables of channels hold besides. */
export function alertRedactor(redactor: Redactor, { channels }: AlertConfig, env: Environment): Redactor {
  const variables = channels.flatMap((spec) =>
    spec.type === 'command' ? [] : spec.type === 'pagerduty' ? [spec.keyFrom] : [spec.urlFrom],
  )
  const own = createRedactor({ secrets: variables.flatMap((variable) => env[variable]?.trim() ?? []) })
  return { text: (text) => redactor.text(own.text(text)), value: (value) => redactor.value(own.value(value)) }
}

/** The channels that are configured. */
export function openChannels({ channels }: AlertConfig, { env, timer, host }: Services): readonly Channel[] {
  return createChannels(channels, {
    lookUp: (variable) => lookUp(env, variable),
    fetch,
    timer,
    random: Math.random,
    run: runAlertCommand,
    source: `${configured(SETTINGS.logComponent, env) ?? 'agent1'}@${host}`,
  })
}
