import fc from 'fast-check'

// Every mutant meets the same examples, or the score would change from run to run. One that fails has shown enough: no
// smaller one is looked for.
fc.configureGlobal({ seed: 20_240_701, endOnFailure: true })
