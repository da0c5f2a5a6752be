// Runs units of Redis's test suite, each by itself, in a folder where `src/redis-server` is `isodis serve`.
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeCertificates } from '../support/certificates.js'
import { isEdited, writeEdited } from './edits.js'

/** Without news for so many seconds, a unit is given up. */
const TIMEOUT = 240
const PORTS = 200

/** A folder that the suite runs in, with links to its files and with copies of those that are changed. @param tls whether it needs certificates */
export function makePlace(source, dir, cli, tls) {
  rmSync(dir, { recursive: true, force: true })
  for (const folder of ['src', 'tests/tmp', 'tests/support', 'tests/unit']) mkdirSync(join(dir, folder), { recursive: true })
  for (const folder of ['', 'support/', 'unit/'])
    for (const name of readdirSync(join(source, 'tests', folder)))
      if (!['tmp', 'support', 'unit', 'tls'].includes(name) && !isEdited(folder + name))
        symlinkSync(join(source, 'tests', folder, name), join(dir, 'tests', folder, name))
  writeEdited(source, dir)
  for (const name of ['redis.conf', 'utils']) symlinkSync(join(source, name), join(dir, name))
  writeFileSync(join(dir, 'src/redis-server'), `#!/bin/sh\nexec "${process.execPath}" "${cli}" serve "$@"\n`, { mode: 0o755 })
  for (const name of ['redis-cli', 'redis-benchmark', 'redis-check-aof', 'redis-check-rdb']) {
    writeFileSync(join(dir, 'src', name), `#!/bin/sh\nexec ${name} "$@"\n`, { mode: 0o755 })
  }
  if (tls) makeCertificates(join(dir, 'tests/tls'))
  return dir
}

/**
 * Runs one unit.
 * @returns its tests that passed, with how long; those that failed, with why; what it left out by its tags
 */
export async function runUnit(place, unit, options) {
  // Another run on this machine may have the same ports.
  for (let attempt = 0; ; attempt++) {
    const result = await runOnce(place, unit, {
      ...options,
      base: 20_032 + ((process.pid + 5 * attempt) % 13) * 3 * PORTS + options.worker * PORTS,
    })
    if (attempt === 2 || !result.output.includes("couldn't open socket: address already in use")) return result
  }
}

async function runOnce(place, unit, { base, tags, skipped, only, echo, tls }) {
  const args = ['tests/test_helper.tcl', '--single', unit, '--clients', '1', '--durable', '--timeout', `${TIMEOUT}`]
  args.push('--baseport', `${base}`, '--portcount', `${PORTS - 40}`, '--tags', tags.join(' '))
  if (tls) args.push('--tls')
  for (const name of skipped) args.push('--skiptest', name)
  for (const name of only) args.push('--only', name)
  const started = Date.now()
  const child = spawn('tclsh', args, { cwd: place, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes) => {
      output += bytes
      if (echo) process.stdout.write(bytes)
    })
  }
  const kill = () => {
    try {
      process.kill(-Number(child.pid), 'SIGKILL')
    } catch {
      // It has ended, and has left no servers behind.
    }
  }
  process.prependOnceListener('exit', kill)
  await new Promise((resolve) => child.once('close', resolve))
  process.off('exit', kill)
  kill()
  return { unit, seconds: Math.round((Date.now() - started) / 1000), output, ...readOutput(output) }
}

const MARK = /^\[([a-zA-Z]+|\d+\/\d+ done)\]: ?/

/** What the suite printed, as lists. A failure has its first line as a name, and the lines behind it as details. */
export function readOutput(output) {
  const result = { passed: [], failed: [], ignored: [], done: false }
  let failure = null
  // What is said again at the end has been said before.
  // oxlint-disable-next-line no-control-regex
  for (const line of output
    .replaceAll(/\x1b\[[\d;]*m/g, '')
    .split(/\n\s+The End\n/)[0]
    .split('\n')) {
    const kind = MARK.exec(line)?.[1]
    const text = line.replace(MARK, '')
    if (kind === undefined) failure?.details.push(line)
    else failure = null
    if (kind === 'ok') result.passed.push({ name: text.replace(/ \(\d+ ms\)$/, ''), ms: Number(/\((\d+) ms\)$/.exec(text)?.[1]) })
    else if (kind === 'err' || kind === 'exception' || kind === 'TIMEOUT') {
      failure = { name: nameOf(kind, text), details: [] }
      result.failed.push(failure)
    } else if (kind === 'ignore') result.ignored.push(text)
    else if (kind?.endsWith('done')) result.done = true
  }
  return result
}

function nameOf(kind, text) {
  if (kind === 'TIMEOUT') return '(no news for too long)'
  const test = / in tests\/\S+\.tcl$/.exec(text)
  if (test !== null) return text.slice(0, test.index)
  // Outside of a test: the rest of its block of tests is not run.
  return `(outside of tests) ${text}`
}
