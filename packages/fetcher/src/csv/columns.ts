/** What a bar needs from a line. */
export type Column = 'timestamp' | 'open' | 'high' | 'low' | 'close' | 'volume'

export const COLUMNS: readonly Column[] = ['timestamp', 'open', 'high', 'low', 'close', 'volume']

/** How vendors call a column: the first of these that a header has is taken. */
const SPELLINGS: Readonly<Record<Column, readonly string[]>> = {
  timestamp: ['timestamp', 'datetime', 'date time', 'time', 'date', 't'],
  open: ['open', 'o'],
  high: ['high', 'h'],
  low: ['low', 'l'],
  close: ['close', 'c', 'last', 'latest'],
  volume: ['volume', 'vol', 'v', 'total volume', 'tick volume', 'tickvol'],
}

/** Where the fields of a line stand. */
export interface Layout {
  readonly index: Readonly<Record<Column, number>>
  /** The column that holds the time of day, where date and time have one each; `timestamp` is then the date's. */
  readonly timeIndex: number | undefined
  /** The columns' names as the file writes them, for messages. */
  readonly names: Readonly<Record<Column, string>>
  /** Whether eight digits are a date (20231119), not epoch seconds. */
  readonly compactDates: boolean
}

/** What is wrong with a header. */
export interface HeaderProblem {
  readonly missing: readonly Column[]
  /** A column that is there more than once. */
  readonly twice: string | undefined
}

/** Finds the columns of a bar in a header, in any order and case. */
export function findColumns(header: readonly string[]): Layout | HeaderProblem {
  const titles = header.map((field) => field.trim())
  const names = titles.map(spelling)
  const found = (column: Column): number => {
    const known = SPELLINGS[column].find((name) => names.includes(name))
    return known === undefined ? -1 : names.indexOf(known)
  }
  const index = Object.fromEntries(COLUMNS.map((column) => [column, found(column)])) as Record<Column, number>
  const separate = names[index.timestamp] === 'time' && names.includes('date')
  const timeIndex = separate ? index.timestamp : undefined
  if (separate) index.timestamp = names.indexOf('date')
  const missing = COLUMNS.filter((column) => index[column] < 0)
  const used = [...Object.values(index), ...(timeIndex === undefined ? [] : [timeIndex])]
  const twice = used.find((i) => i >= 0 && names.lastIndexOf(names[i] as string) !== i)
  if (missing.length > 0 || twice !== undefined) {
    return { missing, twice: twice === undefined ? undefined : names[twice] }
  }
  const title = (column: Column): string => titles[index[column]] as string
  const titled = Object.fromEntries(COLUMNS.map((column) => [column, title(column)])) as Record<Column, string>
  return {
    index,
    timeIndex,
    names: timeIndex === undefined ? titled : { ...titled, timestamp: `${titled.timestamp} and ${titles[timeIndex]}` },
    compactDates: names[index.timestamp] === 'date',
  }
}

/** `<Total_Volume>` and `Total Volume` are one spelling. */
function spelling(title: string): string {
  return title
    .toLowerCase()
    .replace(/^<(.*)>$/, '$1')
    .replaceAll('_', ' ')
    .trim()
}

/** What separates the fields: whichever of comma, semicolon and tab the first line has most of, outside quotes. */
export function delimiterOf(text: string): ',' | ';' | '\t' {
  const [line = ''] = /[^\r\n\uFEFF].*/.exec(text) ?? []
  const bare = line.replaceAll(/"[^"]*"/g, '')
  const count = (delimiter: string): number => bare.split(delimiter).length - 1
  const most = Math.max(count(','), count(';'), count('\t'))
  if (count(',') === most) return ','
  return count(';') === most ? ';' : '\t'
}
