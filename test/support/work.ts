// How much work something is: V8 counts how often each part of the code has run. Unlike time, that is the same in every run.
// A loop inside of V8 (of `indexOf`, `splice`) is not seen. Import this file before what is measured: V8 counts only in code that it
// compiles afterwards.
import { Session } from 'node:inspector'

interface Coverage {
  result: { functions: { ranges: { count: number }[] }[] }[]
}

const inspector = new Session()
inspector.connect()
inspector.post('Profiler.enable')
inspector.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

/** The counts since they were last taken. */
function take(): number {
  let total = 0
  inspector.post('Profiler.takePreciseCoverage', (error, coverage) => {
    if (error !== null) throw error
    for (const { functions } of (coverage as Coverage).result) {
      for (const { ranges } of functions) for (const { count } of ranges) total += count
    }
  })
  return total
}

/** Runs something. @returns how much work it was */
export function workOf(run: () => void): number {
  take()
  run()
  return take()
}
