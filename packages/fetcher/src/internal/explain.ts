import { formatInstant } from '@openpredict/market'

import type { FetchError, FetchFailure } from '../errors.ts'

/** What a failure is filed under, and what is said about it. */
export interface Explanation {
  readonly category: FetchError['category']
  readonly message: string
  readonly hint: string
}

/** Puts a failure into words. */
export function explain(failure: FetchFailure): Explanation {
  switch (failure.kind) {
    case 'timeout':
      return {
        category: 'network',
        message: `no complete answer within ${failure.afterMs / 1_000} s`,
        hint: 'The source or the line to it is slow. Try again; allow more time if it lasts.',
      }
    case 'network':
      return {
        category: 'network',
        message: `the source could not be reached${failure.reason === undefined ? '' : ` (${failure.reason})`}`,
        hint: networkHint(failure.reason),
      }
    case 'rate-limited':
      return {
        category: 'network',
        message: `the source says that it was asked too often (429)${comeBack(failure)}`,
        hint: 'Wait, then ask less often. Others behind the same address count too.',
      }
    case 'http':
      return {
        category: 'network',
        message: `the source answered with status ${failure.status}${comeBack(failure)}`,
        hint:
          failure.status >= 500
            ? 'The source is in trouble. Try again later.'
            : 'Something between here and the source refuses: look at proxies and at the address of the source.',
      }
    case 'malformed':
      return {
        category: 'data',
        message: `the answer is not what was asked for: ${failure.detail}`,
        hint: 'Try again in a minute. If it lasts, the source has changed its answers or a proxy puts its own in their place.',
      }
    case 'wrong-symbol':
      return {
        category: 'data',
        message: `the answer is about ${failure.found}, asked was ${failure.asked}; its ${failure.rows} rows were dropped`,
        hint: 'Try again in a minute. If it lasts, the symbol was renamed: use the one in the answer.',
      }
    case 'unknown-symbol':
      return {
        category: 'data',
        message: `the source does not know the symbol ${failure.symbol}`,
        hint: 'Check the spelling as Yahoo writes it (NQ=F, ES=F); an expired or delisted contract is unknown too.',
      }
    case 'bad-request':
      return {
        category: 'data',
        message: `the source refuses the request (${failure.status}): ${failure.detail}`,
        hint: 'Asking again does not help: change the symbol, the interval or the window.',
      }
    case 'out-of-reach':
      return {
        category: 'data',
        message:
          failure.earliest === undefined
            ? `the window is older than the ${failure.interval} bars that the source still has`
            : `the window ends before ${formatInstant(failure.earliest)}, the oldest ${failure.interval} bar in the source's reach`,
        hint: 'Ask for a later window or a longer interval, or import older bars from a CSV file.',
      }
    case 'unsupported-interval':
      return {
        category: 'system',
        message: `no ${failure.interval} bars here: expected one of ${failure.supported.join(', ')}`,
        hint: 'Choose another interval or another source.',
      }
    case 'invalid-window':
      return {
        category: 'system',
        message: `the window from ${failure.from} to ${failure.to} holds no bar: expected epoch milliseconds, from before to`,
        hint: 'Check both ends of the window; the end is exclusive.',
      }
    case 'file':
      return {
        category: 'system',
        message: fileMessage(failure.path, failure.reason),
        hint:
          failure.reason === 'ENOENT'
            ? 'Check the path.'
            : 'Check that the path is a readable CSV file, plain or gzip.',
      }
    case 'csv':
      return {
        category: 'data',
        message: `line ${failure.line}${failure.column === undefined ? '' : `, column ${failure.column}`}: found ${failure.found}, expected ${failure.expected}`,
        hint: 'Correct the line, or export the file again. Nothing of it was used.',
      }
  }
  return failure satisfies never
}

function comeBack({ retryAfterMs }: { readonly retryAfterMs?: number }): string {
  return retryAfterMs === undefined ? '' : `, to come back in ${Math.ceil(retryAfterMs / 1_000)} s`
}

function networkHint(reason: string | undefined): string {
  switch (reason) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'The name of the source could not be looked up: check the network and DNS.'
    case 'ECONNREFUSED':
      return 'Nothing listens at the address of the source: check the address, firewall and proxy.'
    default:
      return 'Check the network, firewall and proxy, then try again.'
  }
}

function fileMessage(path: string, reason: string): string {
  switch (reason) {
    case 'ENOENT':
      return `the file ${path} does not exist`
    case 'EISDIR':
      return `${path} is a folder, expected a file`
    case 'EACCES':
    case 'EPERM':
      return `the file ${path} may not be read`
    default:
      return `the file ${path} could not be read (${reason})`
  }
}
