// docs/contract.md: method by backend, as the contract found it. A cell says what the tests of the method have shown: all
// that the contract says, or which of the named exceptions takes its place.
import type { Capabilities } from '../../src/core/client/backend.ts'
import type { BackendUnderTest, Case, Exception } from './contract.ts'
import { exceptionOf, viewsOf } from './contract.ts'
import { groups } from './suite.ts'

const INTRO = `# The contract

Every method of the client, on every backend. To look up how a method is called, see [the API at a glance](api.md); to choose a backend,
[backends](backends.md). Here a ✓ means that everything the contract says of the method holds, to the letter: alone, in a pipeline, in a
transaction, and on the engine also through \`redis.sync\`, with real servers and the real client libraries. A number is a named exception,
[listed below](#named-exceptions), which is tested instead.

\`test/contract\` states once what a method does and tests it everywhere. The tests write this page
(\`npx vitest run --project node test/contract/table -u\`) and compare it in every run.
`

interface Column {
  readonly backend: BackendUnderTest
  readonly cell: (cases: readonly Case[]) => string
}

export function table(backends: readonly BackendUnderTest[]): string {
  const numbers = new Map<string, number>()
  const notes: string[] = []
  const numberOf = (exception: Exception): number => {
    const key = exception.name
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, notes.length + 1)
    notes.push(`${notes.length + 1}. **${exception.name}**: ${exception.why}.`)
    return notes.length
  }
  const columns = backends.map((backend): Column => ({ backend, cell: (cases) => cellOf(backend, cases, (found) => numberOf(found)) }))

  const parts = Object.entries(groups).map(([group, suite]) => {
    const head = headOf(group, backends)
    const rows = Object.entries(suite).map(([method, cases]) => `| \`${method}\` | ${columns.map(({ cell }) => cell(cases)).join(' | ')} |`)
    return `${head}\n${rows.join('\n')}`
  })
  return `${INTRO}\n${capabilities(backends)}\n\n${parts.join('\n\n')}\n\n## Named exceptions\n\n${notes.join('\n')}\n`
}

/** What each says in `redis.capabilities`. */
function capabilities(backends: readonly BackendUnderTest[]): string {
  const said = (value: boolean | string): string => (typeof value === 'string' ? value : value ? '✓' : '')
  const names = Object.keys(backends[0].capabilities) as (keyof Capabilities)[]
  const rows = names.map((name) => `| \`${name}\` | ${backends.map((backend) => said(backend.capabilities[name])).join(' | ')} |`)
  return `${headOf('`redis.capabilities`', backends)}\n${rows.join('\n')}`
}

function headOf(title: string, backends: readonly BackendUnderTest[]): string {
  return `| ${title} | ${backends.map(({ name }) => name).join(' | ')} |\n|---|${'---|'.repeat(backends.length)}`
}

/** ✓, and the numbers of the exceptions; without ✓ if no case holds as it is. */
function cellOf(backend: BackendUnderTest, cases: readonly Case[], numberOf: (exception: Exception) => number): string {
  const all = cases.flatMap((each) => viewsOf(backend, each).map((view) => exceptionOf(backend, each, view)))
  const found = [...new Set(all.filter((exception) => exception !== undefined).map(numberOf))].sort((a, b) => a - b)
  return [...(all.includes(undefined) ? ['✓'] : []), ...found].join(' ')
}
