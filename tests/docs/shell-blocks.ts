import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { commandLinesIn } from '../deploy/command-lines.ts'
import { timer } from '../e2e/world.ts'
import { openpredict } from '../edge-cases/in-process.ts'
import { ROOT } from '../package-map.ts'
import { atHome, inFolder, type PageWorld } from './page-world.ts'

/** What to run, and the block right after it that says what appears. */
const RUN = /^```(sh|sql) run\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm

/** Runs the blocks of a page in their order, and gives the page as it should be. */
export async function runPage(file: string, world: PageWorld): Promise<string> {
  const page = readFileSync(join(ROOT, file), 'utf8')
  const pieces: string[] = []
  let end = 0
  for (const { 0: block, 1: language, 2: script = '', 3: shown, index } of page.matchAll(RUN)) {
    const printed = language === 'sql' ? runSql(script, world) : await runScript(script, world)
    pieces.push(page.slice(end, index))
    end = index + block.length
    pieces.push(shown === undefined ? block : block.replace(/\n```text\n[\s\S]*$/, () => textBlock(shown, printed)))
  }
  return [...pieces, page.slice(end)].join('')
}

function textBlock(shown: string, printed: string): string {
  return `\n\`\`\`text\n${kept(shown, printed)}\`\`\`\n`
}

/** What was shown before, as long as what is printed now differs only in what differs from run to run. */
export function kept(shown: string, printed: string, same: (text: string) => string = steady): string {
  return same(shown) === same(printed) ? shown : printed
}

/** A printed text without what differs from run to run: durations, memory, room on the disk, the machine. */
export function steady(text: string): string {
  return text
    .replaceAll(/\d[\d.,]*(?: (?:ms|s)\b|(?= ?(?:MB|MiB)\b))/g, 'N')
    .replaceAll(/\b(fetch|store|levels|pivots|liquidity|gaps|blocks|structure) +[\d.]+(?: ms)?/g, '$1 N')
    .replaceAll(/\bNode [\d.]+ on \S+/g, 'Node N')
    .replaceAll(/\s+/g, ' ')
}

async function runScript(script: string, world: PageWorld): Promise<string> {
  let printed = ''
  await inFolder(world.folder, async () => {
    for (const line of script
      .replaceAll(/\\\n/g, ' ')
      .split('\n')
      .filter((text) => text.trim() !== '')) {
      const [args] = commandLinesIn(line)
      if (args === undefined) {
        printed += execFileSync('sh', ['-c', line], { encoding: 'utf8' })
        continue
      }
      const { code, stdout, stderr } = await openpredict(args, world.clock, world.env, timer)
      if (code !== 0) throw new Error(`${line} ended with ${code}:\n${stdout}${stderr}`)
      const target = / > (\S+)/.exec(line)?.[1]
      if (target === undefined) printed += stderr + stdout
      else writeFileSync(target, stdout)
    }
  })
  return atHome(printed, world)
}

/** Runs a query on the store of the page, and prints it as the `sqlite3` program does. */
function runSql(query: string, world: PageWorld): string {
  using database = new DatabaseSync(join(world.folder, 'openpredict.sqlite'), { readOnly: true })
  const rows = database.prepare(query).all()
  return rows.map((row) => `${Object.values(row).join('|')}\n`).join('')
}
