import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'

/** Where files of tests lie that are not about the disk: memory that looks like one, where there is such a thing. */
export const FAST_FOLDER: string = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
