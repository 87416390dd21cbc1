// Shows what a release would publish, and publishes nothing: which versions the changesets lead to, each package's
// tarball with its files and sizes, whether its shape is right (publint, attw), and what the advisory service says.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const BUDGETS = { '@openpredict/calculators': 20_000 }
const WINDOWS = process.platform === 'win32'

heading('Build and shape')
run('turbo', ['run', 'build', 'check:package', '--output-logs=errors-only'])

heading('Versions')
// Nothing to release is said, and no failure.
spawnSync('changeset', ['status', '--verbose'], { cwd: ROOT, stdio: 'inherit', shell: WINDOWS })

heading('Tarballs')
const folder = mkdtempSync(join(tmpdir(), 'openpredict-release-'))
let tooBig = false
try {
  for (const workspace of published()) tooBig = show(workspace) || tooBig
} finally {
  rmSync(folder, { recursive: true, force: true })
}

heading('Advisories')
const audit = spawnSync('pnpm', ['audit', '--prod'], { cwd: ROOT, encoding: 'utf8', shell: WINDOWS })
const answered = !/ERR_PNPM_AUDIT|ENOTFOUND|ECONNREFUSED/.test(audit.stdout + audit.stderr)
console.log(
  answered ? audit.stdout.trim() : 'The advisory service did not answer: nothing is known. Ask again elsewhere.',
)

console.log('\nNothing was published.')
if (tooBig) process.exitCode = 1
if (answered && audit.status !== 0) process.exitCode = 1

/** The packages that are not private: their folders and names. */
function published() {
  return ['packages', 'apps'].flatMap((group) =>
    readdirSync(join(ROOT, group))
      .map((name) => ({ folder: join(ROOT, group, name), ...manifestIn(join(ROOT, group, name)) }))
      .filter((manifest) => manifest.private !== true),
  )
}

function manifestIn(path) {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
}

/** Packs one package and prints what is in it. Says whether it breaks its budget. */
function show({ name, version, folder: home, publishConfig }) {
  const packed = run('pnpm', ['pack', '--json', '--pack-destination', folder], { cwd: home, stdio: 'pipe' })
  const { filename, files } = JSON.parse(packed.stdout)
  const unpacked = gunzipSync(readFileSync(filename)).length
  const code = files
    .filter(({ path }) => /^dist\/[^/]+\.js$/.test(path))
    .map(({ path }) => readFileSync(join(home, path)))
  const gzipped = code.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0)
  const budget = BUDGETS[name]
  console.log(
    `\n${name} ${version}  ${publishConfig?.access ?? 'restricted'}${publishConfig?.provenance ? ', with provenance' : ''}`,
  )
  console.log(`  tarball ${kb(statSync(filename).size)}, unpacked ${kb(unpacked)}, its modules ${kb(gzipped)} gzipped`)
  for (const [group, count] of groups(files)) console.log(`  ${String(count).padStart(4)}  ${group}`)
  if (budget === undefined || gzipped <= budget) return false
  console.log(`  too big: ${gzipped} bytes gzipped, expected at most ${budget}`)
  return true
}

/** How many files there are of each kind: everything in a folder is told by its ending. */
function groups(files) {
  const counts = new Map()
  for (const { path } of files) {
    const [, top, ending] = /^([^/]+)\/.*?((?:\.d)?\.\w+(?:\.map)?)$/.exec(path) ?? []
    const group = top === undefined ? path : `${top}/**/*${ending}`
    counts.set(group, (counts.get(group) ?? 0) + 1)
  }
  return [...counts].sort(([a], [b]) => a.localeCompare(b))
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', encoding: 'utf8', shell: WINDOWS, ...options })
  if (result.status === 0) return result
  console.error(`\n${command} ${args.join(' ')} ended with ${result.status}\n${result.stderr ?? ''}`)
  return process.exit(1)
}

function heading(text) {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(0, 60 - text.length))}`)
}

function kb(bytes) {
  return `${(bytes / 1e3).toFixed(1)} kB`
}
