import { CalculatorError } from '../src/errors.ts'

/** The error with which something is refused. */
export function refusalOf(act: () => unknown): CalculatorError {
  const error = refusalIfAny(act)
  if (error === undefined) throw new Error('nothing was refused')
  return error
}

/** The error with which something is refused, if it is. */
export function refusalIfAny(act: () => unknown): CalculatorError | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof CalculatorError) return error
    throw error
  }
}
