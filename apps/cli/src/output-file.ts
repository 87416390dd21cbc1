import { createWriteStream, type Stats } from 'node:fs'
import { access, chmod, constants, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import process from 'node:process'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'

import { UsageError } from './usage-error.ts'

/** What goes into a file: text, which is written as UTF-8, or bytes. */
type Content = Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>

/** A file that a command makes as a whole. */
export interface OutputFile {
  /**
   * Writes the file; `.gz` at the end of its name packs it. It gets its name, and takes the place of what had it, when it is
   * complete: what fails or is aborted before leaves nothing, and what was there untouched.
   */
  readonly write: (content: Content, options: { readonly signal: AbortSignal }) => Promise<void>
}

/**
 * Sees whether a file can be written, before there is anything to write. Throws a `UsageError` for a folder and for the
 * file that is being read (`inputs`), and the system's error where the user has no right to write.
 */
export async function openOutput(
  path: string,
  { inputs }: { readonly inputs: readonly string[] },
): Promise<OutputFile> {
  const found = await statOf(path)
  const isPacked = extname(path) === '.gz'
  if (found?.isDirectory() === true) throw new UsageError(`${path} is a folder.`, 'Give the name of a file in it.')
  for (const input of found === undefined ? [] : inputs) {
    const source = await statOf(input)
    if (found?.ino !== source?.ino || found?.dev !== source?.dev) continue
    throw new UsageError(`${path} is the file to be read, too.`, 'Give another name: what is read would be lost.')
  }
  // What is no file, such as a device or a pipe, cannot be replaced.
  if (found?.isFile() === false) {
    return { write: async (content, { signal }) => await writeTo(path, path, content, { signal, isPacked }) }
  }
  const target = found === undefined ? path : await realpath(path)
  await access(dirname(target), constants.W_OK)
  if (found !== undefined) await access(target, constants.W_OK)
  const options = { isPacked, mode: found?.mode }
  return { write: async (content, { signal }) => await writeWhole(target, content, { ...options, signal }) }
}

interface WriteOptions {
  readonly signal: AbortSignal
  readonly isPacked: boolean
}

async function writeWhole(
  target: string,
  content: Content,
  { signal, isPacked, mode }: WriteOptions & { readonly mode: number | undefined },
): Promise<void> {
  const partial = `${target}.partial-${process.pid}`
  try {
    await writeTo(partial, target, content, { signal, isPacked })
    if (mode !== undefined) await chmod(partial, mode)
    await rename(partial, target)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

async function writeTo(
  path: string,
  name: string,
  content: Content,
  { signal, isPacked }: WriteOptions,
): Promise<void> {
  const file = createWriteStream(path)
  try {
    if (isPacked) await pipeline(content, createGzip(), file, { signal })
    else await pipeline(content, file, { signal })
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    if (code === undefined || syscall === undefined) throw error
    throw new UsageError(
      `${name}: cannot be written (${code}).`,
      'Look for room on its disk, and the rights on its folder.',
    )
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch {
    return undefined
  }
}
