import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes long by nature: processes, servers and kills. */
const LONG = [
  /\/tests\/stability\/soak\//,
  /\/tests\/stability\//,
  /\/contract\.test\.ts$/,
  /\/tests\/(e2e|edge-cases)\//,
]

/** Files that take long go first: one that is left to the end has a processor idle beside it. */
export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((a, b) => rankOf(a) - rankOf(b))
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const place = LONG.findIndex((pattern) => pattern.test(moduleId))
  return place === -1 ? LONG.length : place
}
