import { bundleCommandLine } from './bundle.ts'
import { MAIN_FILE } from './main-file.ts'

/** Bundles the command line once for a run; files of tests find it in their environment. */
export async function setup(): Promise<void> {
  process.env[MAIN_FILE] = await bundleCommandLine()
}
