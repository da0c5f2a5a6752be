// `npm run redis-suite`: Redis's own test suite against `isodis serve`, compared with the list of tests that are expected to
// fail. It fails if another test does, or if one of the list passes. Arguments name some units, such as `unit/expire`.
//   --quick          the units and tests of .ci/run, without those that the suite itself calls slow
//   --only NAME      only this test, or those that match a pattern that starts with /
//   --echo           prints what the suite prints
//   --json FILE      writes the counts
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { buildCommand } from '../support/build-command.js'
import { exceptions, notRun, quick, TAGS } from './exceptions.js'
import { provideSource, requireTools } from './source.js'
import { makePlace, runUnit } from './suite.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, '.out/redis-suite')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean' },
    echo: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    jobs: { type: 'string' },
  },
})

mkdirSync(cache, { recursive: true })
let source
try {
  requireTools()
  source = provideSource(cache)
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
/** Of this run alone: another may run at the same time. */
const bin = join(cache, `bin-${process.pid}`)
const cli = await buildCommand(bin)

const known = unitsOf(readFileSync(join(source, 'tests/test_helper.tcl'), 'utf8'))
const wanted = known.filter((unit) => {
  if (positionals.length > 0) return positionals.some((each) => unit === each || unit === `unit/${each}`)
  return !(unit in notRun) && (!values.quick || quick.includes(unit))
})
if (wanted.length === 0) {
  console.error(`No such unit. There are:\n  ${known.join('\n  ')}`)
  process.exit(1)
}
const only = values.only ?? []
const tags = values.quick ? [...TAGS, '-slow'] : TAGS

const results = []
const queue = [...wanted]
const jobs = Number(values.jobs ?? Math.min(2, availableParallelism()))
await Promise.all(
  Array.from({ length: jobs }, async (_, worker) => {
    const dir = join(cache, `place-${process.pid}-${worker}`)
    const place = makePlace(source, dir, cli)
    for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
      const skipped = Object.entries(exceptions[unit] ?? {}).flatMap(([name, { skip }]) => (skip ? [name] : []))
      const result = await runUnit(place, unit, { worker, tags, skipped, only, echo: values.echo })
      results.push(result)
      writeFileSync(join(cache, `${unit.replaceAll('/', '-')}.log`), result.output)
      report(result)
    }
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  }),
)

/** What differs from the list. */
function compare({ unit, passed, failed, done }) {
  const listed = exceptions[unit] ?? {}
  const entryOf = (name) => Object.keys(listed).find((each) => each === name || (each.endsWith('*') && name.startsWith(each.slice(0, -1))))
  const expected = (name) => entryOf(name) !== undefined
  const unexpected = failed.filter(({ name }) => !expected(name))
  if (!done && failed.length === 0) unexpected.push({ name: '(the unit did not come to its end)', details: [] })
  // A test may run several times, in other conditions: it is an exception if it fails once.
  const failing = new Set(failed.map(({ name }) => entryOf(name)))
  const passing = new Set(passed.map(({ name }) => name))
  const everything = only.length === 0 && !values.quick
  const overdue = Object.keys(listed).filter(
    (name) => !listed[name].skip && !listed[name].sometimes && !failing.has(name) && (passing.has(name) || everything),
  )
  return {
    unexpected,
    overdue,
    excepted: failed.filter(({ name }) => expected(name)).length,
    skipped: Object.values(listed).filter(({ skip }) => skip).length,
  }
}

function report(result) {
  const { unit, seconds, passed, ignored } = result
  const { unexpected, overdue, excepted, skipped } = compare(result)
  const counts = [`${passed.length} passed`, `${unexpected.length} failed`]
  if (excepted > 0) counts.push(`${excepted} fail as listed`)
  if (skipped > 0) counts.push(`${skipped} listed and not run`)
  if (ignored.length > 0) counts.push(`${ignored.length} left out by tags`)
  console.log(`${unit}: ${counts.join(', ')} (${seconds} s)`)
  for (const { name, details } of unexpected) {
    console.log(`  FAILED ${name}`)
    for (const line of details.slice(0, 12)) console.log(`         ${line}`)
  }
  for (const name of overdue) console.log(`  LISTED as an exception, but it does not fail: ${name}`)
}

function unitsOf(text) {
  return /set ::all_tests \{([^}]*)\}/.exec(text)[1].trim().split(/\s+/)
}

rmSync(bin, { recursive: true, force: true })

const total = {
  passed: 0,
  failed: 0,
  excepted: 0,
  skipped: 0,
  ignored: 0,
  units: results.length,
  unitsNotRun: known.length - results.length,
}
for (const result of results) {
  const { unexpected, overdue, excepted, skipped } = compare(result)
  total.passed += result.passed.length
  total.failed += unexpected.length + overdue.length
  total.excepted += excepted
  total.skipped += skipped
  total.ignored += result.ignored.length
}
console.log(
  `\nRedis ${execFileSync('redis-cli', ['--version'], { encoding: 'utf8' }).trim().split(' ')[1]} and its test suite: ${total.units} of ${known.length} units; ` +
    `${total.passed} passed, ${total.failed} failed, ${total.excepted} failed as listed, ${total.skipped} listed and not run, ${total.ignored} left out by the suite's tags`,
)
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(total))
process.exitCode = total.failed === 0 ? 0 : 1
