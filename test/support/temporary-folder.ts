// One folder for everything that a run of the tests writes: what asks the system for a temporary place (mkdtemp, redis-server,
// Chromium, Vite) gets one inside it, even in processes that a test kills, and all of it goes when vitest ends.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Called by vitest once, before its workers start. */
export function setup(): void {
  // A short name: the path of a Unix socket has at most 104 characters on macOS.
  const dir = mkdtempSync(join(tmpdir(), 'isodis-'))
  process.env['TMPDIR'] = dir
  process.once('exit', () => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }))
}
