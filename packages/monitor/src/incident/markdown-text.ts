/** What would end a line, or move the cursor of whoever prints it. */
// oxlint-disable-next-line no-control-regex -- these are what is taken out
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]+/g

/** What means something in a line of Markdown, addresses that become links by themselves included. */
const MARKS = /[\\`*_[\]<>#|~&$@]|:(?=\/\/)|(?<=www)\./gi

/**
 * Text from anywhere as text of a line of Markdown: nothing in it is a heading, a link, HTML or a mention.
 *
 * @example
 * ```ts
 * markdownText('*no* [link](http://x) <b>') // => '\\*no\\* \\[link\\](http\\://x) \\<b\\>'
 * ```
 */
export function markdownText(text: string): string {
  return oneLine(text).replace(MARKS, '\\$&')
}

/**
 * Text from anywhere as code in a line or a cell of a table, as it stands: with as many backticks around it as it takes.
 *
 * @example
 * ```ts
 * markdownCode('it | `said`') // => '`` it \\| `said` ``'
 * ```
 */
export function markdownCode(text: string): string {
  const line = oneLine(text)
  if (line === '') return ''
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  // In a cell a pipe ends the cell, even within code, and the backslash before it is not shown.
  return `${fence}${longest > 0 ? ' ' : ''}${line.replaceAll('|', '\\|')}${longest > 0 ? ' ' : ''}${fence}`
}

/** A table; cells are Markdown already. Nothing without rows. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return []
  return [tableLine(head), tableLine(head.map(() => '---')), ...rows.map(tableLine)]
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function oneLine(text: string): string {
  return text.replace(CONTROL, ' ').trim()
}
