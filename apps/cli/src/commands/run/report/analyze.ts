import { judgeBenchmark } from '@openpredict/monitor'

import { EXIT } from '../../../exit.ts'
import type { Services } from '../../../services.ts'
import type { AnalyzeFlags } from '../../analyze.ts'
import { benchmarkLines } from '../benchmark/benchmark-lines.ts'
import { benchmarkIn, dayIn, readReport, unknownKind } from './read-report.ts'
import { printReport } from './report.ts'
import { isMet, judgementJson } from './target-lines.ts'

/** Judges a saved report by the targets as they are now. */
export async function analyze(file: string, { json = false }: AnalyzeFlags, services: Services): Promise<number> {
  const value = await readReport(file)
  switch (value['kind']) {
    case 'benchmark':
      return printBenchmark(value, file, json, services) ? EXIT.fine : EXIT.no
    case 'day':
      return printReport(dayIn(value, file), services, json) ? EXIT.fine : EXIT.no
    default:
      throw unknownKind(value['kind'], file)
  }
}

function printBenchmark(value: unknown, file: string, json: boolean, { terminal }: Services): boolean {
  const report = benchmarkIn(value, file)
  const judgements = judgeBenchmark(report)
  if (json) terminal.out(JSON.stringify({ ...report, targets: judgements.map(judgementJson) }))
  else for (const line of benchmarkLines(report, judgements, terminal)) terminal.out(line)
  return isMet(judgements)
}
