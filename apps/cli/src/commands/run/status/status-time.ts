const FORMATS = new Map<string, Intl.DateTimeFormat>()

/** `Wed 17:00` on a wall in New York. */
export function newYorkMinute(time: number): string {
  return format(time, 'minute', { weekday: 'short', hour: '2-digit', minute: '2-digit' })
}

/** `Wed 5 Jun 10:30:30` on a wall in New York. */
export function newYorkClock(time: number): string {
  const parts = {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  } as const
  return format(time, 'clock', parts)
}

function format(time: number, name: string, options: Intl.DateTimeFormatOptions): string {
  let made = FORMATS.get(name)
  if (made === undefined) {
    made = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'America/New_York', hourCycle: 'h23' })
    FORMATS.set(name, made)
  }
  return made.format(time).replaceAll(',', '')
}
