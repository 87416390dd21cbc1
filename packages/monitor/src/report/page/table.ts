import { type Content, Html, html } from './html.ts'

/** A column of a table: its heading, and whether it holds numbers. */
export interface Column {
  readonly title: string
  /** Set to the right. @default false */
  readonly number?: true
  /** Holds sentences, which may wrap. @default false */
  readonly wide?: true
}

/** A row of a table; one that needs a look is set off. */
export interface TableRow {
  readonly cells: readonly Content[]
  readonly bad?: boolean
}

/** A table in a frame of its own, which scrolls where it is wider than the screen. */
export function table(columns: readonly Column[], rows: readonly TableRow[], caption?: string): Html {
  const kind = ({ number, wide }: Column): Html =>
    new Html(number === true ? ' class="n"' : wide === true ? ' class="wide"' : '')
  const head = columns.map((column) => html`<th scope="col" ${kind(column)}>${column.title}</th>`)
  const body = rows.map(({ cells, bad }) => {
    const tds = columns.map((column, i) => html`<td${kind(column)}>${cells[i] ?? ''}</td>`)
    return html`<tr${new Html(bad === true ? ' class="bad-row"' : '')}>${tds}</tr>\n`
  })
  return html`<div class="table" tabindex="0">
    <table>
      ${
        caption === undefined
          ? ''
          : html`<caption>
              ${caption}
            </caption>`
      }
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`
}
