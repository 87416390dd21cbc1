import { Connection } from './connection.ts'
import { APPLICATION_ID } from './database-file.ts'

/**
 * Opens the connection that writes: readers go on beside it (WAL), and a commit has reached the disk when it returns
 * (`synchronous = FULL`). `maxPages` limits the size of the file.
 */
export function openWriter(path: string, maxPages?: number): Connection {
  const writer = new Connection({ path })
  try {
    if (maxPages !== undefined) writer.exec(`PRAGMA max_page_count = ${Math.floor(maxPages)}`)
    // First of all and before WAL, so that the file's own header says from its first byte on whose it is.
    if (writer.number('PRAGMA application_id') !== APPLICATION_ID) {
      writer.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    }
    writer.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    return writer
  } catch (error) {
    writer.close()
    throw error
  }
}
