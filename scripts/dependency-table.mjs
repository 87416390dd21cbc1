// Writes the table of docs/dependencies.md anew: what the published packages depend on, measured in node_modules, with
// the date of the last release as the registry gives it. `node scripts/dependency-table.mjs` after `pnpm install`.
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const PAGE = join(ROOT, 'docs', 'dependencies.md')
const [BEGIN, END] = ['<!-- table -->', '<!-- end of table -->']

/** What no machine knows: where it is used, and what for; advisories that were ever published, and what became of them. */
const KNOWN = {
  '@supabase/supabase-js': ['when delivering', "Supabase's data API", 'CVE-2025-48370 in auth-js before 2.70'],
  chalk: ['yes', 'colour on the terminal', '5.6.1 was malicious (2025); that version only'],
  commander: ['yes', 'the grammar of the command line', 'none'],
  'csv-parse': ['no', 'CSV with quotes, byte-order marks, line numbers', 'CVE-2019-17592 before 4.4.6'],
  'danfojs-node': [
    'no',
    'the DataFrames that `frames` makes; brought by whoever wants them',
    'in what it brings: `request` (CVE-2023-28155), replaced in this workspace',
  ],
  'fast-check': ['no', 'properties in the contract suite for stores of your own', 'none'],
  fflate: ['no', 'the ZIP container of XLSX', 'none'],
  'hyparquet-writer': ['no', 'Parquet files', 'none'],
  jsep: ['no', 'conditions of alert rules, parsed and never run as code', 'none'],
  ora: ['on a terminal', 'the spinner', 'none'],
  pg: ['when delivering', 'PostgreSQL', 'CVE-2017-16082 before 7.1.2'],
  pino: ['yes', 'lines of the structured log', 'none'],
  'prom-client': ['with `--metrics-port`', 'metrics for Prometheus', 'none'],
  uplot: ['no', 'charts of the HTML report', 'CVE-2024-21489 before 1.6.31'],
  vitest: ['no', 'runs the contract suite for stores of your own', 'CVE-2025-24964 before 3.0.5'],
  'yahoo-finance2': [
    'yes',
    "Yahoo's protocol: crumbs, cookies, validation",
    'in what it brings: CVE-2023-26136 (tough-cookie before 4.1.3), CVE-2025-66414 (MCP SDK before 1.24.0)',
  ],
  yaml: ['no', 'files of alert rules', 'CVE-2023-2251 before 2.2.2'],
}

const manifests = ['packages', 'apps'].flatMap((group) =>
  readdirSync(join(ROOT, group)).map((name) => {
    const folder = join(ROOT, group, name)
    return { folder, ...JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }
  }),
)

const rows = new Map()
for (const { folder, name, dependencies = {}, peerDependencies = {} } of manifests) {
  for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
    if (dependency.startsWith('@openpredict/')) continue
    const row = rows.get(dependency) ?? { users: [], at: join(folder, 'node_modules', dependency) }
    row.users.push(name.replace('@openpredict/', '') + (dependency in dependencies ? '' : ' (peer)'))
    rows.set(dependency, row)
  }
}

const table = [...rows]
  .sort(([a], [b]) => a.localeCompare(b))
  .map(([name, { users, at }]) => {
    const known = KNOWN[name]
    if (known === undefined) throw new Error(`${name} is new: say in scripts/dependency-table.mjs what it is for`)
    const [path, why, advisories] = known
    const { version, license } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8'))
    const all = closure(at)
    const own = mb(size([realpathSync(at)]))
    const brought =
      all.size === 1 ? 'nothing' : `${all.size - 1} more, ${mb(size([...all]) - size([realpathSync(at)]))}`
    return `| \`${name}\` ${version} | ${users.join(', ')} | ${why} | ${path} | ${license} | ${lastRelease(name)} | ${own} | ${brought} | ${advisories} |`
  })

const page = readFileSync(PAGE, 'utf8')
const [before, rest = ''] = page.split(BEGIN)
const after = rest.split(END)[1] ?? ''
const head = ['package', 'of', 'why', 'collecting', 'licence', 'last release', 'size', 'brings', 'advisories ever']
const lines = [`| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...table]
writeFileSync(PAGE, `${before}${BEGIN}\n\n${lines.join('\n')}\n\n${END}${after}`)

/** A package's folder and those of everything that it brings, as they are installed. */
function closure(start) {
  const seen = new Set()
  const visit = (folder) => {
    const real = realpathSync(folder)
    if (seen.has(real)) return
    seen.add(real)
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(
      readFileSync(join(real, 'package.json'), 'utf8'),
    )
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const found = resolveFrom(real, name)
      if (found !== undefined) visit(found)
    }
  }
  visit(start)
  return seen
}

function resolveFrom(folder, name) {
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    const candidate = join(at, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
  }
  return undefined
}

function size(folders) {
  return folders.reduce((sum, folder) => sum + bytesOf(folder), 0)
}

function bytesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0)
}

function mb(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

/** The day on which the package's newest version came out, whichever of them is used here. */
function lastRelease(name) {
  const { stdout } = spawnSync('npm', ['view', name, 'version', 'time', '--json'], { encoding: 'utf8' })
  const { version, time = {} } = JSON.parse(stdout)
  return time[version]?.slice(0, 10) ?? 'unknown'
}
