import type { CollectorOutage } from '../service-levels/collector-levels.ts'

/** Why there was an outage, in words. */
export function outageCause({ kind, cause, cycles }: Pick<CollectorOutage, 'kind' | 'cause' | 'cycles'>): string {
  if (kind === 'failing') return `${cycles} failed ${cycles === 1 ? 'cycle' : 'cycles in a row'}: ${cause}`
  switch (cause) {
    case 'process-ended':
      return 'no cycles: the process had ended, another one went on'
    case 'process-stalled':
      return 'no cycles: the process, or its machine, stood still and went on'
    case 'no-cycle-since':
      return 'no cycle since'
    case 'network':
    case 'database':
    case 'data':
    case 'calculation':
    case 'system':
    case 'unknown':
      return 'no cycles; what became of the process is not known'
  }
  return cause satisfies never
}
