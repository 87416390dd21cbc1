import { type Instrument, instrumentOf } from '@openpredict/market'

import { type LogLevel, parseLogLevel } from './log/log-level.ts'

/** The variables as they came: from the process, or from a file. */
export type Environment = Readonly<Record<string, string | undefined>>

/** One thing that can be configured by a variable. */
export interface Setting<T> {
  /** The variable's name. */
  readonly name: string
  /** What it decides, in one line. */
  readonly about: string
  /** What a value must look like: completes "expected …". */
  readonly expected: string
  /** What counts when the variable is empty; `undefined`: nothing. */
  readonly fallback: string | undefined
  /** Never shown. */
  readonly secret?: true
  /** Reads a value; throws, or returns `undefined`, for one that cannot be right. */
  readonly parse: (text: string) => T | undefined
}

/** A URL of one of these protocols, kept as it was written. */
function urlOf(...protocols: readonly string[]): (text: string) => string | undefined {
  return (text) => (protocols.includes(URL.parse(text)?.protocol ?? '') ? text : undefined)
}

function wholeNumber(least: number, most: number): (text: string) => number | undefined {
  return (text) => {
    const value = Number(text)
    return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined
  }
}

/** A key of either generation: `sb_secret_…` and the like, or a JWT. */
function keyOf(text: string): string | undefined {
  return /^(sb_(secret|publishable)_[\w-]+|[\w-]+\.[\w-]+\.[\w-]+)$/.test(text) ? text : undefined
}

/** The address of a Supabase project and nothing else; without encryption only on this machine. */
function projectOf(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null || `${url.username}${url.password}${url.search}${url.hash}` !== '' || url.pathname !== '/')
    return undefined
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname)
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLocal) ? text : undefined
}

/** The address of a Sentry project, which holds its public key. */
function dsnOf(text: string): string | undefined {
  const url = URL.parse(text)
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:'
  return isWeb && url.username !== '' && /\/\d+$/.test(url.pathname) ? text : undefined
}

/** An address that takes what is not for everybody: encrypted, or on this machine. */
function receiverOf(text: string): string | undefined {
  const url = URL.parse(text)
  const isLocal = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url?.hostname ?? '')
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLocal) ? text : undefined
}

/** The settings by what they decide. */
export interface Settings {
  readonly store: Setting<string>
  readonly supabaseUrl: Setting<string>
  readonly supabaseKey: Setting<string>
  readonly databaseUrl: Setting<string>
  readonly mirror: Setting<string>
  readonly instruments: Setting<readonly Instrument[]>
  readonly intervalSeconds: Setting<number>
  readonly warmUpDays: Setting<number>
  readonly yahooUrl: Setting<string>
  readonly marketTimezone: Setting<string>
  readonly utcTimezone: Setting<string>
  readonly logLevel: Setting<LogLevel>
  readonly logFile: Setting<string>
  readonly logComponent: Setting<string>
  readonly sentryDsn: Setting<string>
  readonly alertsFile: Setting<string>
  readonly slackWebhookUrl: Setting<string>
  readonly slackOncallWebhookUrl: Setting<string>
  readonly pagerdutyRoutingKey: Setting<string>
  readonly pagerdutyUrl: Setting<string>
  readonly alertWebhookUrl: Setting<string>
  readonly heartbeatUrl: Setting<string>
  readonly noColour: Setting<string>
}

const RECEIVER = 'a URL that begins with https://, or http:// on this machine'

/** Every variable that OpenPredict reads. Flags come before them. */
export const SETTINGS: Settings = {
  store: {
    name: 'OPENPREDICT_STORE',
    about: 'where rows are kept',
    expected: 'sqlite:PATH, postgres://USER:PASSWORD@HOST/DATABASE or supabase:https://PROJECT.supabase.co',
    fallback: 'sqlite:openpredict.sqlite',
    parse: (text) => (/^(sqlite:.|postgres(ql)?:\/\/|supabase:https?:\/\/.)/i.test(text) ? text : undefined),
  },
  supabaseUrl: {
    name: 'SUPABASE_URL',
    about: 'the Supabase project that is the store, with SUPABASE_KEY',
    expected: 'https://PROJECT.supabase.co',
    fallback: undefined,
    parse: projectOf,
  },
  supabaseKey: {
    name: 'SUPABASE_KEY',
    about: 'the key of that project',
    expected: 'a secret key (sb_secret_…) or the service_role key (eyJ…)',
    fallback: undefined,
    secret: true,
    parse: keyOf,
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    about: 'the PostgreSQL database that is the store, or under the Supabase project, for migrations',
    expected: 'postgres://USER:PASSWORD@HOST:5432/DATABASE',
    fallback: undefined,
    parse: (text) => (/^postgres(ql)?:\/\/./i.test(text) ? text : undefined),
  },
  mirror: {
    name: 'OPENPREDICT_MIRROR',
    about: 'the file from which rows are delivered to a remote store',
    expected: 'a path',
    fallback: 'openpredict-mirror.sqlite',
    parse: (text) => (text.includes('\0') ? undefined : text),
  },
  instruments: {
    name: 'INSTRUMENT',
    about: 'what to collect, a comma between several',
    expected: "symbols as Yahoo writes them, such as NQ=F or 'NQ=F,ES=F'",
    fallback: 'NQ=F',
    parse: (text) => text.split(',').map((symbol) => instrumentOf(symbol)),
  },
  intervalSeconds: {
    name: 'FETCH_INTERVAL_SECONDS',
    about: 'seconds between cycles',
    expected: 'whole seconds from 1 to 86400',
    fallback: '60',
    parse: wholeNumber(1, 86_400),
  },
  warmUpDays: {
    name: 'WARM_UP_DAYS',
    about: 'days of 5-minute bars that a cold start asks for, so that levels of long periods are known',
    expected: 'whole days from 0, for none, to 60',
    fallback: '60',
    parse: wholeNumber(0, 60),
  },
  yahooUrl: {
    name: 'OPENPREDICT_YAHOO_URL',
    about: "another address in place of Yahoo's",
    expected: 'a URL that begins with http:// or https://',
    fallback: undefined,
    parse: urlOf('http:', 'https:'),
  },
  marketTimezone: {
    name: 'MARKET_TIMEZONE',
    about: 'the zone of trading days and sessions',
    expected: 'America/New_York, the only one that the definitions know',
    fallback: 'America/New_York',
    parse: (text) => (text === 'America/New_York' ? text : undefined),
  },
  utcTimezone: {
    name: 'UTC_TIMEZONE',
    about: 'the zone in which instants are stored and shown',
    expected: 'UTC, the only one there is',
    fallback: 'UTC',
    parse: (text) => (text === 'UTC' ? text : undefined),
  },
  logLevel: {
    name: 'LOG_LEVEL',
    about: 'the least serious lines that the structured log has',
    expected: 'DEBUG, INFO, WARNING, ERROR or CRITICAL',
    fallback: 'INFO',
    parse: parseLogLevel,
  },
  logFile: {
    name: 'LOG_FILE',
    about: 'the file that the structured log is appended to',
    expected: 'a path',
    fallback: undefined,
    parse: (text) => (text.includes('\0') ? undefined : text),
  },
  logComponent: {
    name: 'LOG_COMPONENT',
    about: 'the name of this collector in its log',
    expected: 'letters, digits, dots, dashes and underscores, 64 at the most',
    fallback: 'agent1',
    parse: (text) => (/^[\w.-]{1,64}$/.test(text) ? text : undefined),
  },
  sentryDsn: {
    name: 'SENTRY_DSN',
    about: 'where failures are reported to, with @sentry/node installed beside this program',
    expected: 'https://KEY@HOST/PROJECT',
    fallback: undefined,
    secret: true,
    parse: dsnOf,
  },
  alertsFile: {
    name: 'ALERTS_FILE',
    about: 'the rules of alerts, in place of those that count without a file',
    expected: 'a path',
    fallback: undefined,
    parse: (text) => (text.includes('\0') ? undefined : text),
  },
  slackWebhookUrl: {
    name: 'SLACK_WEBHOOK_URL',
    about: 'the incoming webhook of the Slack channel for alerts',
    expected: RECEIVER,
    fallback: undefined,
    secret: true,
    parse: receiverOf,
  },
  slackOncallWebhookUrl: {
    name: 'SLACK_ONCALL_WEBHOOK_URL',
    about: 'the incoming webhook of the Slack channel that alerts are escalated to',
    expected: RECEIVER,
    fallback: undefined,
    secret: true,
    parse: receiverOf,
  },
  pagerdutyRoutingKey: {
    name: 'PAGERDUTY_ROUTING_KEY',
    about: 'the integration key of the PagerDuty service for alerts (Events API v2)',
    expected: '32 letters and digits',
    fallback: undefined,
    secret: true,
    parse: (text) => (/^[A-Za-z0-9]{32}$/.test(text) ? text : undefined),
  },
  pagerdutyUrl: {
    name: 'PAGERDUTY_URL',
    about: 'where PagerDuty takes events',
    expected: RECEIVER,
    fallback: 'https://events.pagerduty.com/v2/enqueue',
    parse: receiverOf,
  },
  alertWebhookUrl: {
    name: 'ALERT_WEBHOOK_URL',
    about: 'an address that alerts are posted to as JSON',
    expected: RECEIVER,
    fallback: undefined,
    secret: true,
    parse: receiverOf,
  },
  heartbeatUrl: {
    name: 'HEARTBEAT_URL',
    about: 'an address that a loop asks for after good cycles, once a minute at the most',
    expected: RECEIVER,
    fallback: undefined,
    secret: true,
    parse: receiverOf,
  },
  noColour: {
    name: 'NO_COLOR',
    about: 'no colour when set',
    expected: 'anything',
    fallback: undefined,
    parse: (text) => text,
  },
}

/** A variable's text, trimmed; `undefined` when it is empty. */
export function textOf({ name }: Setting<unknown>, env: Environment): string | undefined {
  const text = env[name]?.trim()
  return text === undefined || text === '' ? undefined : text
}

/** All settings, in the order in which they are shown. */
export const ALL_SETTINGS: readonly Setting<unknown>[] = Object.values<Setting<unknown>>({ ...SETTINGS })
