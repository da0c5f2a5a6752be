// The example of the workers, run as a reader runs it: on the engine, and as processes on a real server.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startRedisServer } from '../support/redis-server.ts'

const run = fileURLToPath(new URL('../../examples/run.js', import.meta.url))

test('on the engine the task of a worker that is killed comes back', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [run, 'workers'])
  expect(stdout).toMatch(/bob is killed/)
  expect(stdout).toMatch(/is put back/)
  expect(stdout).toMatch(/all 9 tasks are done; task \d, which bob left behind, too\n$/)
})

test('on a server too, where the workers are processes', async () => {
  await using server = await startRedisServer()
  const { stdout } = await promisify(execFile)(process.execPath, [run, 'workers', '--redis', server.path])
  expect(stdout).toMatch(/bob is killed/)
  expect(stdout).toMatch(/all 9 tasks are done; task \d, which bob left behind, too\n$/)
})
