import { type DayReport, judgeDay, readChartLibrary, reportPage } from '@openpredict/monitor'

import { openOutput, type OutputFile } from '../../../output-file.ts'
import { UsageError } from '../../../usage-error.ts'

/** The files that a report goes to. */
export interface ReportFiles {
  readonly write: (report: DayReport, redact: (text: string) => string) => Promise<void>
}

/** Sees that each file can be written, before there is a report. Throws a `UsageError` for a name of another kind. */
export async function openReportFiles(paths: readonly string[] = []): Promise<ReportFiles> {
  const files: { readonly file: OutputFile; readonly isPage: boolean }[] = []
  for (const path of paths) {
    const [, ending] = /\.(json|html?)(?:\.gz)?$/i.exec(path) ?? []
    if (ending === undefined) {
      throw new UsageError(
        `--output ${path}: is neither JSON nor HTML by its name.`,
        'Let it end in .json, or in .html for a page with charts.',
      )
    }
    files.push({ file: await openOutput(path, { inputs: [] }), isPage: ending.toLowerCase() !== 'json' })
  }
  return {
    async write(report, redact) {
      for (const { file, isPage } of files) {
        const text = isPage
          ? reportPage({ report, judgements: judgeDay(report), library: await readChartLibrary() })
          : `${JSON.stringify(report)}\n`
        // What is finished is written, even when the command was told to stop.
        await file.write([redact(text)], { signal: new AbortController().signal })
      }
    },
  }
}
