import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Memory that looks like a disk, where there is such a thing. */
const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
const PREFIX = 'openpredict-supabase-'
/** Whose folder it is, by process id. */
const OWNER = 'owner'

/** Makes a folder for this process, and removes those that killed processes have left. */
export function makeRunFolder(): string {
  removeStale()
  const folder = mkdtempSync(join(PARENT, PREFIX))
  // PostgreSQL may run as another user, who must get through to its data.
  chmodSync(folder, 0o711)
  writeFileSync(join(folder, OWNER), String(process.pid))
  return folder
}

/** The folders of a process. */
export function runFoldersOf(pid: number): readonly string[] {
  return runFolders().filter((folder) => ownerOf(folder) === pid)
}

function runFolders(): readonly string[] {
  const names = readdirSync(PARENT).filter((name) => name.startsWith(PREFIX))
  return names.map((name) => join(PARENT, name))
}

/** The process whose folder it is; `undefined` when it is just being made, or removed. */
function ownerOf(folder: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, OWNER), 'utf8')) || undefined
  } catch {
    return undefined
  }
}

/** Ends a server that its supervisor could not end, and removes its folder; only what this user has made. */
function removeStale(): void {
  for (const folder of runFolders()) {
    if (!isStale(folder)) continue
    try {
      const [pid, data] = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')
      // The number may be another process's by now: it is ours only when it says so itself.
      if (data === join(folder, 'data') && commandLine(Number(pid)).includes(data)) process.kill(Number(pid), 'SIGQUIT')
    } catch {
      // Removed by somebody else, or without a server.
    }
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch {
      // Somebody else removes it at the same time.
    }
  }
}

/** Whether a folder is this user's and its owner is gone. */
function isStale(folder: string): boolean {
  const owner = ownerOf(folder)
  const mine = statSync(folder, { throwIfNoEntry: false })?.uid === process.getuid?.()
  return mine && owner !== undefined && !isAlive(owner)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Another user's process may not be asked, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
}
