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

/** Ends a server that its supervisor could not end, and removes its folder; only what this user has made. */
function removeStale(): void {
  for (const name of readdirSync(PARENT).filter((entry) => entry.startsWith(PREFIX))) {
    const folder = join(PARENT, name)
    try {
      if (statSync(folder).uid !== process.getuid?.() || isAlive(Number(readFileSync(join(folder, OWNER), 'utf8')))) {
        continue
      }
      const [pid, data] = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')
      // The number may be another process's by now: it is ours only when it says so itself.
      if (data === join(folder, 'data') && commandLine(Number(pid)).includes(data)) process.kill(Number(pid), 'SIGQUIT')
    } catch {
      // Just being made, or removed by somebody else, or without a server.
    }
    if (existsSync(join(folder, OWNER)) && !isAlive(Number(readFileSync(join(folder, OWNER), 'utf8')))) {
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
}
