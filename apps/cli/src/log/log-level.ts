/** The levels of the log, from the least to the most serious, with pino's numbers. */
export const LOG_LEVELS = { DEBUG: 20, INFO: 30, WARNING: 40, ERROR: 50, CRITICAL: 60 } as const

/** How serious a line is. */
export type LogLevel = keyof typeof LOG_LEVELS

/** Reads a level in any case; `undefined` for what is none. */
export function parseLogLevel(text: string): LogLevel | undefined {
  const level = text.toUpperCase()
  return Object.hasOwn(LOG_LEVELS, level) ? (level as LogLevel) : undefined
}
