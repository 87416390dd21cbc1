import type { Options } from 'tsup'

/** One build for every package: ESM with source maps; declarations come from `tsc` (see tsconfig.build.json). */
export function build(entry: Record<string, string>, options: Options = {}): Options {
  return {
    entry,
    format: ['esm'],
    target: 'node22',
    platform: 'neutral',
    sourcemap: true,
    clean: true,
    dts: false,
    splitting: true,
    ...options,
  }
}
