// The steps of .ci/run: all run, whatever fails, and the last line counts.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { relative } from 'node:path'

const report = '.vitest/report.json'
const again = '.vitest/again.json'
/** More files than these are no accident. */
const MAX_AGAIN = 5
const count = { passed: 0, failed: 0, skipped: 0 }

/** Runs a command and shows what it prints. @returns whether it succeeded */
function run(command) {
  console.log(`\n> ${command}`)
  const start = Date.now()
  const { status } = spawnSync(command, { shell: true, stdio: 'inherit' })
  console.log(`> ${status === 0 ? 'done' : `failed with ${status}`} in ${Math.round((Date.now() - start) / 1000)} s`)
  return status === 0
}

function check(command) {
  count[run(command) ? 'passed' : 'failed']++
}

/** What a run of vitest left, or undefined. */
function reportOf(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).testResults
  } catch (error) {
    console.log(`The tests left no report: ${error.message}`)
    return undefined
  }
}

rmSync('.vitest', { recursive: true, force: true })
let tested = run(`npm ci --no-audit --no-fund && npm test -- --reporter=default --reporter=json --outputFile.json=${report}`)
let results = reportOf(report) ?? []

// Thirteen thousand tests with servers and four browsers on a machine that may stall: a file with a failure runs once more, by
// itself. What fails again has failed; what passes then is named, because somebody should look at it.
const failed = [...new Set(results.filter(({ status }) => status === 'failed').map(({ name }) => relative('.', name)))]
if (failed.length > 0 && failed.length <= MAX_AGAIN) {
  tested = run(`npx vitest run --reporter=default --reporter=json --outputFile.json=${again} ${failed.join(' ')}`)
  const second = reportOf(again)
  const names = new Set(second?.map(({ name }) => name))
  results = [...results.filter(({ name }) => !names.has(name)), ...(second ?? [])]
  if (tested) console.log(`\nUnsteady, passed only by itself: ${failed.join(', ')}`)
}
for (const { assertionResults } of results) {
  for (const { status } of assertionResults) count[status === 'passed' || status === 'failed' ? status : 'skipped']++
}
// A file that cannot be loaded has no tests to count, but fails the run.
if (!tested && count.failed === 0) count.failed++

// Redis's own tests: those that fail as listed in test/redis-suite/exceptions.js are counted by neither number.
const suite = '.vitest/redis-suite.json'
rmSync(suite, { force: true })
const fits = run(`node .ci/provide.js tcl && npm run --silent redis-suite -- --quick --json ${suite}`)
try {
  const { passed, failed } = JSON.parse(readFileSync(suite, 'utf8'))
  count.passed += passed
  count.failed += failed
} catch (error) {
  console.log(`Redis's test suite left no report: ${error.message}`)
}
if (!fits && count.failed === 0) count.failed++

check('npm run --silent lint')
check('npm run --silent check')

console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`)
process.exitCode = count.failed === 0 ? 0 : 1
