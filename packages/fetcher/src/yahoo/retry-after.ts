/**
 * How long a `Retry-After` header asks to wait, in milliseconds: seconds, or a date seen from `now` (epoch ms).
 * `undefined` when it says neither.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(text)) return Math.ceil(Number(text) * 1_000)
  // Date.parse makes a date of nearly anything with a number in it.
  const date = text.endsWith('GMT') ? Date.parse(text) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
