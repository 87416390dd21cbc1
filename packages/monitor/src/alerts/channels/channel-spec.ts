import type { Channel } from './channel.ts'
import { createCommandChannel, type RunCommand } from './command.ts'
import type { DeliveryOptions } from './deliver.ts'
import { createPagerDutyChannel } from './pagerduty.ts'
import { createSlackChannel } from './slack.ts'
import { createWebhookChannel } from './webhook.ts'

/** A channel as a file names it: secrets by the variables that hold them. */
export type ChannelSpec =
  | { readonly name: string; readonly type: 'slack' | 'webhook'; readonly urlFrom: string; readonly timeoutMs?: number }
  | {
      readonly name: string
      readonly type: 'pagerduty'
      readonly keyFrom: string
      /** Another address of PagerDuty's, by the variable that holds it. */
      readonly urlFrom?: string
      readonly timeoutMs?: number
    }
  | {
      readonly name: string
      readonly type: 'command'
      readonly argv: readonly [string, ...string[]]
      readonly timeoutMs?: number
    }

/** The channels that are there without being named in a file. */
export const DEFAULT_CHANNELS: readonly ChannelSpec[] = [
  { name: 'slack', type: 'slack', urlFrom: 'SLACK_WEBHOOK_URL' },
  { name: 'slack-oncall', type: 'slack', urlFrom: 'SLACK_ONCALL_WEBHOOK_URL' },
  { name: 'pagerduty', type: 'pagerduty', keyFrom: 'PAGERDUTY_ROUTING_KEY', urlFrom: 'PAGERDUTY_URL' },
  { name: 'webhook', type: 'webhook', urlFrom: 'ALERT_WEBHOOK_URL' },
]

/** What channels are made with. */
export interface ChannelsOptions extends DeliveryOptions {
  /** The value of a variable; `undefined` when it is not set. */
  readonly lookUp: (variable: string) => string | undefined
  readonly run: RunCommand
  /** Who tells, such as `agent1@host`. */
  readonly source: string
}

/** The variable that a channel needs and that is not set; `undefined` when it is complete. */
export function missingVariable(spec: ChannelSpec, lookUp: ChannelsOptions['lookUp']): string | undefined {
  const variable = spec.type === 'command' ? undefined : spec.type === 'pagerduty' ? spec.keyFrom : spec.urlFrom
  return variable !== undefined && lookUp(variable) === undefined ? variable : undefined
}

/** Makes the channels that are configured; one without its variable is left out. */
export function createChannels(specs: readonly ChannelSpec[], options: ChannelsOptions): readonly Channel[] {
  return specs.flatMap((spec) => createChannel(spec, options) ?? [])
}

function createChannel(spec: ChannelSpec, { lookUp, run, source, ...delivery }: ChannelsOptions): Channel | undefined {
  const { name, timeoutMs } = spec
  const options = timeoutMs === undefined ? delivery : { ...delivery, timeoutMs }
  switch (spec.type) {
    case 'command':
      return createCommandChannel({ name, argv: spec.argv, source }, { ...options, run })
    case 'pagerduty': {
      const routingKey = lookUp(spec.keyFrom)
      const url = spec.urlFrom === undefined ? undefined : lookUp(spec.urlFrom)
      if (routingKey === undefined) return undefined
      return createPagerDutyChannel({ name, routingKey, source, ...(url === undefined ? {} : { url }) }, options)
    }
    case 'slack':
    case 'webhook': {
      const url = lookUp(spec.urlFrom)
      if (url === undefined) return undefined
      return (spec.type === 'slack' ? createSlackChannel : createWebhookChannel)({ name, url, source }, options)
    }
  }
  return spec satisfies never
}
