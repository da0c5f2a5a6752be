// Tests of Redis's suite that are expected to fail, each with the reason. A test that is listed and passes fails the run.

/** What no unit runs: `needs:repl` starts a replica. */
export const TAGS = ['-needs:repl', '-cluster']

export const notRun = {}

/** The units of .ci/run. */
export const quick = []

export const exceptions = {}
