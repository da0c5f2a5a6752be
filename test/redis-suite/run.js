// `npm run redis-suite`: Redis's own test suite against `isodis serve`, compared with the list of tests that are expected to
// fail. It fails if another test does, or if one of the list passes. Arguments name some units, such as `unit/expire`.
//   --quick          the units and tests of .ci/run, without those that the suite itself calls slow
//   --tls            with TLS: everything connects so, and unit/tls runs
//   --only NAME      only this test, or those that match a pattern that starts with /
//   --echo           prints what the suite prints
//   --json FILE      writes the counts
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
    tls: { type: 'boolean' },
    echo: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    json: { type: 'string' },
    jobs: { type: 'string' },
  },
})

mkdirSync(cache, { recursive: true })
let source
try {
  requireTools(values.tls)
  source = provideSource(cache)
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
/** Of this run alone: another may run at the same time. What is left of runs that were killed goes. */
const own = (name, pid = process.pid) => join(cache, `${name}-${pid}`)
const leftOver = (file) => {
  const pid = /^(?:bin|place)-(\d+)/.exec(file)?.[1]
  return pid !== undefined && !isRunning(Number(pid))
}
for (const file of readdirSync(cache).filter(leftOver)) remove(join(cache, file))
const cli = await buildCommand(own('bin'))
process.once('exit', () => {
  for (const dir of [own('bin'), ...Array.from({ length: jobs }, (_, worker) => `${own('place')}-${worker}`)]) remove(dir)
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130))

const known = unitsOf(readFileSync(join(source, 'tests/test_helper.tcl'), 'utf8'))
const wanted = known.filter((unit) => {
  if (positionals.length > 0) return positionals.some((each) => unit === each || unit === `unit/${each}`)
  return (!(unit in notRun) || (values.tls && unit === 'unit/tls')) && (!values.quick || quick.includes(unit))
})
if (wanted.length === 0) {
  console.error(`No such unit. There are:\n  ${known.join('\n  ')}`)
  process.exit(1)
}
const jobs = Number(values.jobs ?? Math.min(2, availableParallelism()))
const only = values.only ?? []
const tags = values.quick ? [...TAGS, '-slow'] : TAGS

const started = Date.now()
const results = new Map()
const queue = [...wanted]
await Promise.all(
  Array.from({ length: jobs }, async (_, worker) => {
    const place = makePlace(source, `${own('place')}-${worker}`, cli, values.tls)
    for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) await run(place, worker, unit)
  }),
)
// Many tests count milliseconds: what fails beside others gets a second chance by itself.
const again = [...results.values()].filter((result) => jobs > 1 && compare(result).unexpected.length > 0).map(({ unit }) => unit)
for (const unit of again) {
  console.log('again, with nothing beside it:')
  await run(`${own('place')}-0`, 0, unit)
}

async function run(place, worker, unit) {
  const skipped = Object.entries(exceptions[unit] ?? {}).flatMap(([name, { skip }]) => (skip ? [name] : []))
  const result = await runUnit(place, unit, { worker, tags, skipped, only, echo: values.echo, tls: values.tls })
  results.set(unit, result)
  writeFileSync(join(cache, `${unit.replaceAll('/', '-')}.log`), result.output)
  report(result)
}

/** What differs from the list. */
function compare({ unit, passed, failed, done }) {
  const listed = exceptions[unit] ?? {}
  const expected = (name) => name in listed
  const unexpected = failed.filter(({ name }) => !expected(name))
  if (!done) unexpected.push({ name: '(the unit did not come to its end)', details: [] })
  // A test may run several times, in other conditions: it is an exception if it fails once.
  const failing = new Set(failed.map(({ name }) => name))
  const passing = new Set(passed.map(({ name }) => name))
  const everything = only.length === 0 && !values.quick
  const overdue = Object.keys(listed).filter(
    (name) => !listed[name].skip && !listed[name].sometimes && !failing.has(name) && (passing.has(name) || everything),
  )
  return {
    unexpected,
    overdue,
    excepted: failed.flatMap(({ name }) => (expected(name) ? [listed[name].reason] : [])),
    skipped: Object.values(listed).flatMap(({ skip, reason }) => (skip ? [reason] : [])),
  }
}

function report(result) {
  const { unit, seconds, passed, ignored } = result
  const { unexpected, overdue, excepted, skipped } = compare(result)
  const counts = [`${passed.length} passed`, `${unexpected.length} failed`]
  if (excepted.length > 0) counts.push(`${excepted.length} fail as listed`)
  if (skipped.length > 0) counts.push(`${skipped.length} listed and not run`)
  if (ignored.length > 0) counts.push(`${ignored.length} left out by the suite`)
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

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

function remove(dir) {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
}

/** A line for each reason, those with the most first. */
function byReason(reasons) {
  const counts = new Map()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a).map(([reason, count]) => `${String(count).padStart(8)}  ${reason}`)
}

const all = [...results.values()]
const compared = all.map(compare)
const count = (list) => list.reduce((sum, { length }) => sum + length, 0)
const total = {
  passed: count(all.map(({ passed }) => passed)),
  failed: count(compared.flatMap(({ unexpected, overdue }) => [unexpected, overdue])),
  excepted: count(compared.map(({ excepted }) => excepted)),
  skipped: count(compared.map(({ skipped }) => skipped)),
  ignored: count(all.map(({ ignored }) => ignored)),
  units: all.length,
  unitsNotRun: known.length - all.length,
}
const version = /REDIS_VERSION "(.*)"/.exec(readFileSync(join(source, 'src/version.h'), 'utf8'))[1]
const minutes = Math.ceil((Date.now() - started) / 60_000)
const lines = [
  '',
  `The test suite of Redis ${version} against isodis serve: ${total.units} of ${known.length} units, ${minutes} min`,
  `  ${total.passed} passed`,
  `  ${total.failed} failed`,
  `  ${total.excepted} failed as test/redis-suite/exceptions.js has it:`,
  ...byReason(compared.flatMap(({ excepted }) => excepted)),
  `  ${total.skipped} were not run, as it has it:`,
  ...byReason(compared.flatMap(({ skipped }) => skipped)),
  `  ${total.ignored} were left out by the suite itself:`,
  ...byReason(all.flatMap(({ ignored }) => ignored.map((line) => /(Tag: )?[^:]*$/.exec(line)[0].trim()))),
]
if (total.unitsNotRun > 0 && positionals.length === 0) {
  const left = known.filter((unit) => !results.has(unit))
  lines.push(`  ${left.length} units were not run:`, ...byReason(left.map((unit) => notRun[unit] ?? '--quick leaves them out')))
}
if (again.length > 0) lines.push(`  Run twice, since something failed beside other units: ${again.join(', ')}`)
for (const [i, { unexpected, overdue }] of compared.entries()) {
  for (const { name } of unexpected) lines.push(`  FAILED ${all[i].unit}: ${name}`)
  for (const name of overdue) lines.push(`  LISTED as an exception, but it does not fail: ${all[i].unit}: ${name}`)
}
console.log(lines.join('\n'))
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify(total))
process.exitCode = total.failed === 0 ? 0 : 1
