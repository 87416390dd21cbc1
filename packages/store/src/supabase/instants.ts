const TEXT =
  /^(\d{4,})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?(?:Z|([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)( BC)?$/

/** An instant of the data API (ISO 8601 as PostgreSQL writes it, of any year) as epoch ms, rounded. */
export function instantOf(text: string): number {
  const found = TEXT.exec(text)
  if (found === null) throw new RangeError(`no instant: ${text.slice(0, 40)}`)
  const part = (i: number): number => Number(found[i] ?? 0)
  const year = found[12] === undefined ? part(1) : 1 - part(1)
  const date = new Date(0)
  date.setUTCFullYear(year, part(2) - 1, part(3))
  date.setUTCHours(part(4), part(5), part(6))
  const offset = ((part(9) * 60 + part(10)) * 60 + part(11)) * (found[8] === '-' ? -1_000 : 1_000)
  return date.getTime() + Math.round(part(7) * 1_000) - offset
}

/** Epoch ms as text that PostgreSQL reads, of any year that it holds. */
export function instantText(ms: number): string {
  const date = new Date(ms)
  const year = date.getUTCFullYear()
  if (year > 0 && year <= 9_999) return date.toISOString()
  const rest = date.toISOString().replace(/^[+-]?\d+/, '')
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0')
  return year > 0 ? shown + rest : `${shown}${rest.replace('T', ' ')} BC`
}
