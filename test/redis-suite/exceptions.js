// Tests of Redis's suite that are expected to fail, each with the reason. A test that is listed and passes fails the run.

/** What no unit runs: `needs:repl` starts a replica. */
export const TAGS = ['-needs:repl', '-cluster']

export const notRun = {}

/** The units of .ci/run. */
export const quick = []

export const exceptions = {
  'unit/acl': {
    'ACL from config file and config rewrite': { reason: 'CONFIG REWRITE writes no files' },
  },
  'unit/acl-v2': {
    'Test various odd commands for key permissions': { reason: 'there is no MIGRATE; the other commands of the test are as expected' },
  },
  'unit/auth': {
    'MASTERAUTH test with binary password': { reason: 'the engine is always a master' },
  },
}
