import { chownSync, cpSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** `nobody`: there on every Unix. PostgreSQL refuses to run as root. */
const NOBODY = 65_534

/** Under whose name to run PostgreSQL: this user's, or nobody's when this is root. */
export function ordinaryUser(): { readonly uid: number; readonly gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined
}

/** Gives a path to that user. */
export function giveToOrdinaryUser(path: string): void {
  const user = ordinaryUser()
  if (user !== undefined) chownSync(path, user.uid, user.gid)
}

/**
 * The folder of programs that this user can run: the one that is given, or a copy of it in `into` where root works in a
 * folder that is closed to others, such as its home. `folder` lies in the one to be copied, beside the libraries.
 */
export function openedToOrdinaryUser(folder: string, into: string): string {
  const real = realpathSync(folder)
  if (ordinaryUser() === undefined || isOpenToAll(real)) return real
  const copy = join(into, 'native')
  cpSync(dirname(real), copy, { recursive: true, verbatimSymlinks: true })
  return join(copy, basename(real))
}

/** Whether everybody gets through to a folder. */
function isOpenToAll(folder: string): boolean {
  const parent = dirname(folder)
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || isOpenToAll(parent))
}
