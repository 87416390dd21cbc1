import { StoreError, type StoreFailure } from '../errors.ts'

/** Primary result codes of SQLite, https://www.sqlite.org/rescode.html. */
const CODE = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  constraint: 19,
  notADatabase: 26,
} as const

interface Story {
  readonly failure: StoreFailure
  readonly says: string
  readonly hint: string
}

/** Turns what SQLite or the file system threw into a `StoreError` that names the store; a `StoreError` stays as it is. */
export function storeErrorOf(error: unknown, location: string): StoreError {
  if (error instanceof StoreError) return error
  const { failure, says, hint } = storyOf(error)
  return new StoreError(`store ${location}: ${says}`, failure, { hint, cause: error })
}

function storyOf(error: unknown): Story {
  const { errcode, code, message } = error as { errcode?: unknown; code?: unknown; message?: unknown }
  const words = typeof message === 'string' ? message : String(error)
  if (typeof errcode === 'number') return sqliteStory(errcode & 0xff, words)
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'ENOENT':
      return STORIES.noPermission
    case 'EROFS':
      return STORIES.readOnly
    case 'ENOSPC':
    case 'EDQUOT':
      return STORIES.full
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
      return STORIES.notAFile
    case 'ERR_OUT_OF_RANGE':
      // Node's: a whole number in the file that is none of ours.
      return STORIES.corrupt
    default:
      return { failure: { kind: 'io' }, says: words, hint: 'Check the disk and the path, then try again.' }
  }
}

function sqliteStory(code: number, words: string): Story {
  switch (code) {
    case CODE.busy:
    case CODE.locked:
      return STORIES.locked
    case CODE.full:
      return STORIES.full
    case CODE.readOnly:
      return STORIES.readOnly
    case CODE.permission:
    case CODE.cannotOpen:
      return STORIES.noPermission
    case CODE.corrupt:
      return STORIES.corrupt
    case CODE.notADatabase:
      return STORIES.notADatabase
    case CODE.constraint:
      return constraintStory(words)
    default:
      return { failure: { kind: 'io' }, says: words, hint: 'Check the disk, then try again.' }
  }
}

const STORIES = {
  locked: {
    failure: { kind: 'locked', waitedMs: 0 },
    says: 'another program is writing to it',
    hint: 'Wait until the other program is done, or stop it.',
  },
  full: {
    failure: { kind: 'disk-full' },
    says: 'no room is left on the disk; nothing of this was stored',
    hint: 'Make room and try again.',
  },
  readOnly: {
    failure: { kind: 'read-only' },
    says: 'it cannot be written',
    hint: 'Make the file and its folder writable, or give another path.',
  },
  noPermission: {
    failure: { kind: 'no-permission' },
    says: 'it cannot be opened',
    hint: 'Check that the folder exists and that this user may read and write the file and its folder.',
  },
  corrupt: {
    failure: { kind: 'corrupt' },
    says: 'the database is damaged',
    hint: 'Set the file aside, restore a backup or collect again into a new file.',
  },
  notADatabase: {
    failure: { kind: 'not-a-database' },
    says: 'the file is not a database',
    hint: 'Give the path of another file, or of a new one.',
  },
  notAFile: {
    failure: { kind: 'not-a-file' },
    says: 'the path is a folder or leads through a file, expected a file in a folder',
    hint: 'Give the path of a file.',
  },
} as const satisfies Record<string, Story>

/** SQLite says `CHECK constraint failed: name` and `NOT NULL constraint failed: table.column`. */
function constraintStory(words: string): Story {
  const constraint = /: ([\w.]+)/.exec(words)?.[1] ?? words
  const [table = '', column] = constraint.split('.')
  return {
    failure:
      column === undefined
        ? { kind: 'constraint', table: '', constraint }
        : { kind: 'constraint', table, constraint: column },
    says: words,
    hint: 'A row breaks a rule of its table; this is a fault of the program that wrote it.',
  }
}
