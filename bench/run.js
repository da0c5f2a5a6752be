// Runs the benchmarks, each in a process of its own, and prints a table; `--json` prints what they reported, `--write`
// puts the tables into RESULTS.md, which keeps those of the others. Names pick some of them: `npm run bench -- client server`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { incrementalPlot, withIncrementalTable } from './incremental-docs.js'
import './install.js'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const args = process.argv.slice(2)
const json = args.includes('--json')
const wanted = args.filter((arg) => !arg.startsWith('--'))
const all = readdirSync(here('.'))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.replace('.bench.ts', ''))
const names = wanted.length > 0 ? wanted : all

await build({
  entryPoints: names.map((name) => here(`${name}.bench.ts`)),
  outdir: here('.out'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  outExtension: { '.js': '.mjs' },
  logLevel: 'warning',
})

// What the benchmarks write goes with this folder, whichever way they end.
const scratch = mkdtempSync(join(tmpdir(), 'isodis-'))
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 }))

const sections = []
let failed = false
for (const name of names) {
  if (!json) process.stderr.write(`${name} ...\n`)
  const { stdout, status } = spawnSync(process.execPath, ['--expose-gc', here(`.out/${name}.bench.mjs`)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: scratch },
    maxBuffer: 1 << 26,
  })
  if (status !== 0) failed = true
  sections.push({
    name,
    results: stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line)),
  })
}

const round = (number) => (number >= 1000 ? Math.round(number).toLocaleString('en') : Number(number.toPrecision(3)).toString())
function verdict({ value, ratio, least, most }) {
  const judged = ratio ?? value
  if (least !== undefined) return `${judged >= least ? 'ok' : 'MISSED'} (at least ${least})`
  if (most !== undefined) return `${judged <= most ? 'ok' : 'MISSED'} (at most ${most})`
  return ''
}
const table = sections.map(({ name, results }) =>
  [
    `### ${name}`,
    '',
    '| what | figure | peer | ratio | target |',
    '|---|---|---|---|---|',
    ...results.map(
      (result) =>
        `| ${result.name} | ${round(result.value)} ${result.unit} | ${result.peer ?? ''} | ${result.ratio === undefined ? '' : round(result.ratio)} | ${verdict(result)} |`,
    ),
  ].join('\n'),
)
if (json) console.log(JSON.stringify(sections, null, 2))
else console.log(table.join('\n\n'))

if (args.includes('--write')) {
  const machine = `${cpus()[0].model}, ${cpus().length} cores, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`
  const file = here('RESULTS.md')
  const before = readFileSync(file, 'utf8').split(/^### /m).slice(1)
  const all = new Map(before.map((section) => [section.slice(0, section.indexOf('\n')), `### ${section.trimEnd()}`]))
  sections.forEach(({ name }, i) => all.set(name, table[i]))
  const tables = [...all.keys()].sort().map((name) => all.get(name))
  writeFileSync(
    file,
    `# Benchmark results\n\nMade by \`npm run bench -- --write\` on ${machine}. A row compares a figure with its peer: look at the ratio, for the absolute figures depend on the machine. Both are medians of rounds that take turns in the same run. A target is what the project holds itself to.\n\n${tables.join('\n\n')}\n`,
  )
  const rows = sections.find(({ name }) => name === 'incremental')?.results.map(({ row }) => row)
  if (rows !== undefined && rows.length > 0) {
    const page = here('../docs/persistence.md')
    writeFileSync(page, withIncrementalTable(readFileSync(page, 'utf8'), rows))
    writeFileSync(here('../docs/incremental-saves.svg'), incrementalPlot(rows))
  }
}
process.exitCode = failed ? 1 : 0
