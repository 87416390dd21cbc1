import { MirrorWorld } from './mirror-world.ts'

// A program that fills a new mirror in a folder that has a remote store, and says each table that it begins to read.
const world = new MirrorWorld({ folder: process.argv[2] ?? '' })
world.remote.whenRead = (table) => {
  process.stdout.write(`${table}\n`)
}
await world.open()
