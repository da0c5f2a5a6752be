// COMMAND DOCS against a real redis-server: the facts must be the same, the words must not. Also what HELP and a prompt
// make of the same texts.
import { beforeAll, describe, expect, test } from 'vitest'
import { CommandTable, container, type Group, row } from '../../../src/core/engine/command.ts'
import { groups } from '../../../src/core/engine/commands/index.ts'
import { docs } from '../../../src/core/admin/docs.ts'
import { docsOf, helpOf } from '../../../src/core/engine/docs.ts'
import { MapReply, type Reply, SetReply, Status } from '../../../src/core/reply.ts'
import { besideRedis } from '../../support/beside-redis.ts'
import { RespClient, type WireReply } from '../../support/resp-client.ts'

/** The reference's release: what is newer it cannot know. */
const REFERENCE = '7.0.15'
/** Arguments that Redis itself documented later than 7.0.15, although the commands took them. */
const ARGUMENTS_DOCUMENTED_LATER = new Set(['command|getkeys', 'command|getkeysandflags'])

interface Argument {
  since?: string
  arguments?: Argument[]
}
/** COMMAND DOCS of one command, maps as objects. */
interface Docs {
  since?: string
  group?: string
  summary?: string
  complexity?: string
  doc_flags?: string[]
  deprecated_since?: string
  replaced_by?: string
  history?: [version: string, change: string][]
  arguments?: Argument[]
  subcommands?: Record<string, Docs>
}

const { redis, engine } = besideRedis()
let wanted: Record<string, Docs>
let found: Record<string, Docs>

/** Maps as objects, everything else as it is. */
function unfold({ type, value }: WireReply): unknown {
  if (!Array.isArray(value)) return type === ':' ? Number(value) : value
  const items = value.map(unfold)
  return type === '%' ? Object.fromEntries(items.flatMap((name, i) => (i % 2 === 0 ? [[name, items[i + 1]]] : []))) : items
}

/** Every command and subcommand by its full name. */
function flatten(docs: Record<string, Docs>): Record<string, Docs> {
  return Object.assign({}, docs, ...Object.values(docs).map(({ subcommands }) => flatten(subcommands ?? {}))) as Record<string, Docs>
}

async function docsOfRedis(): Promise<Record<string, Docs>> {
  await redis.client.call('HELLO', '3')
  return flatten(unfold(await redis.client.call('COMMAND', 'DOCS')) as Record<string, Docs>)
}

function plain(reply: Reply): unknown {
  if (reply instanceof Status) return reply.text
  if (reply instanceof SetReply) return reply.items.map(plain)
  if (Array.isArray(reply)) return reply.map(plain)
  if (!(reply instanceof MapReply)) return reply
  return Object.fromEntries(reply.flat.flatMap((name, i) => (i % 2 === 0 ? [[name, plain(reply.flat[i + 1])]] : [])))
}

/** What the engine knows of its own commands, and of those that only come with scripts or persistence. */
function docsOfEngine(): Record<string, Docs> {
  const own = new CommandTable(groups)
  const rows = Object.keys(wanted)
    .filter((name) => !name.includes('|') && helpOf(name, docs) !== undefined && own.get(name) === undefined)
    .map((name) => {
      const subcommands = Object.keys(wanted).filter((each) => each.startsWith(`${name}|`) && helpOf(each, docs) !== undefined)
      const stub = (each: string) => row(each, -1, '', '', () => null)
      return subcommands.length === 0 ? stub(name) : container(name, -1, '', subcommands.map(stub))
    })
  const others: Group = { name: 'others', rows }
  const { commands } = new CommandTable([...groups, others])
  return Object.fromEntries(commands.map((command) => [command.name, plain(docsOf(command, docs)) as Docs]))
}

beforeAll(async () => {
  wanted = await docsOfRedis()
  found = docsOfEngine()
})

const isNewer = (version: string): boolean => version.localeCompare(REFERENCE, 'en', { numeric: true }) > 0
const shared = (): string[] => Object.keys(found).filter((name) => wanted[name] !== undefined)

/** The tree without what is newer than the reference. */
const known = (tree: Argument[]): Argument[] =>
  tree.flatMap((each) =>
    isNewer(each.since ?? '') ? [] : [each.arguments === undefined ? each : { ...each, arguments: known(each.arguments) }],
  )

/** The O(...) of a text, without blanks and signs of multiplication, which Redis does not set the same way everywhere. */
function formulas(text: string): string[] {
  const all: string[] = []
  for (let at = text.indexOf('O('); at >= 0; at = text.indexOf('O(', at + 1)) {
    let end = at + 2
    for (let depth = 1; depth > 0; end++) depth += text[end] === '(' ? 1 : text[end] === ')' ? -1 : 0
    all.push(text.slice(at, end).replace(/[ *]/g, ''))
  }
  return all
}

const texts = ({ summary, history }: Docs): string[] => [summary ?? '', ...(history ?? []).map(([, change]) => change)]
/** A text's words alone. */
const letters = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim()
const versions = ({ history }: Docs): string[] => [...new Set((history ?? []).map(([version]) => version))]

describe('COMMAND DOCS', () => {
  test('knows every command of the table', () => {
    const missing = new CommandTable(groups).commands.filter(({ name }) => found[name].summary === undefined)
    expect(
      missing.map(({ name }) => name),
      'no stanza in src/core/engine/docs',
    ).toEqual([])
  })

  test('a command that redis-server lacks is newer than it', () => {
    const others = Object.keys(found).filter((name) => wanted[name] === undefined && found[name].since !== undefined)
    expect(others.filter((name) => !isNewer(found[name].since!))).toEqual([])
  })

  test.for(['since', 'group', 'doc_flags', 'deprecated_since'] as const)('has the %s that redis-server has', (field) => {
    for (const name of shared()) expect(found[name][field], name).toEqual(wanted[name][field])
  })

  test('has the arguments that redis-server has', () => {
    for (const name of shared()) {
      if (ARGUMENTS_DOCUMENTED_LATER.has(name)) continue
      expect(known(found[name].arguments ?? []), name).toEqual(wanted[name].arguments ?? [])
    }
  })

  test('states the complexity that redis-server states, in fewer words', () => {
    for (const name of shared()) {
      const [ours, theirs] = [found, wanted].map((docs) => formulas(docs[name].complexity ?? ''))
      expect(ours[0], name).toBe(theirs[0])
      expect(theirs, name).toEqual(expect.arrayContaining(ours))
    }
  })

  test('has a history of the versions that redis-server names', () => {
    for (const name of shared()) {
      const older = versions(found[name]).filter((version) => !isNewer(version))
      expect(older, name).toEqual(versions(wanted[name]))
    }
  })

  test('says which commands replace a deprecated one', () => {
    const quoted = (docs: Docs): string[] => (docs.replaced_by ?? '').match(/`[^`]+`/g) ?? []
    for (const name of shared()) {
      // HMSET is replaced by HSET as such, and SET's GET has no sign of its own.
      expect(quoted(found[name]), name).toEqual(quoted(wanted[name]).map((word) => word.replace('!', '')))
    }
  })

  test("uses none of redis-server's sentences", () => {
    const theirs = new Set(Object.values(wanted).flatMap(texts).map(letters))
    for (const [name, docs] of Object.entries(found)) {
      for (const text of texts(docs)) expect(theirs.has(letters(text)), `${name}: ${text}`).toBe(false)
    }
  })

  test.for(['2', '3'])('puts its fields on the wire as redis-server does in RESP%s', async (protocol) => {
    for (const name of ['zadd', 'getex', 'bitfield', 'sort', 'substr', 'config|get', 'pubsub', 'monitor', 'nosuch']) {
      const [theirs, ours] = await Promise.all([redis, engine].map((server) => docsOnTheWire(server.path, protocol, name)))
      expect(ours, name).toEqual(theirs)
    }
  })
})

async function docsOnTheWire(path: string, protocol: string, name: string): Promise<unknown> {
  const client = await RespClient.connect({ path })
  await client.call('HELLO', protocol)
  const reply = await client.call('COMMAND', 'DOCS', name)
  client.close()
  return shape(reply)
}

const TEXTS = new Set(['summary', 'complexity', 'replaced_by'])

/** A reply with its texts left out, and subcommands in order. */
function shape({ type, value }: WireReply): unknown {
  if (!Array.isArray(value)) return [type, value]
  const fields = value.map((item, i): unknown => {
    const field = value[i - 1]?.value
    if (typeof field !== 'string') return shape(item)
    if (TEXTS.has(field)) return item.type
    if (field === 'history')
      return [item.type, (item.value as WireReply[]).map((change) => [change.type, (change.value as WireReply[]).length])[0]]
    if (field === 'subcommands') return [item.type, pairs(item.value as WireReply[])]
    return shape(item)
  })
  return [type, fields]
}

/** What is by name, sorted by it. */
function pairs(flat: readonly WireReply[]): unknown[] {
  const found = flat.flatMap((name, i) => (i % 2 === 0 ? [[name.value, shape(flat[i + 1])]] : []))
  return found.sort(([a], [b]) => String(a).localeCompare(String(b)))
}

describe('HELP', () => {
  test.for(['OBJECT', 'PUBSUB', 'CONFIG', 'COMMAND', 'CLIENT', 'MEMORY', 'ACL', 'SLOWLOG', 'LATENCY', 'MODULE', 'DEBUG'])(
    '%s HELP is laid out as on redis-server',
    async (name) => {
      const [theirs, ours] = await Promise.all([redis, engine].map((server) => helpOnTheWire(server.path, name)))
      expect(ours[0]).toBe(theirs[0])
      expect(ours.at(-2)).toBe('+HELP')
      // A line with the arguments, and one indented that says what it does.
      for (const [i, line] of ours.slice(1).entries()) expect(line).toMatch(i % 2 === 0 ? /^\+[A-Z]/ : /^\+ {4}\S/)
      expect(ours.filter((line) => line.startsWith('+ ') && theirs.includes(line))).toEqual([])
    },
  )

  test('shows arguments as a prompt does', async () => {
    expect(await helpOnTheWire(engine.path, 'PUBSUB')).toContain('+CHANNELS [pattern]')
  })
})

async function helpOnTheWire(path: string, name: string): Promise<string[]> {
  const client = await RespClient.connect({ path })
  const { value } = await client.call(name, 'HELP')
  client.close()
  return (value as WireReply[]).map((line) => `${line.type}${line.value as string}`)
}

describe('helpOf', () => {
  test.for([
    ['getex', 'GETEX key [EX seconds|PX milliseconds|EXAT unix-time-seconds|PXAT unix-time-milliseconds|PERSIST]'],
    ['delex', 'DELEX key [IFEQ ifeq-value|IFNE ifne-value|IFDEQ ifdeq-digest|IFDNE ifdne-digest]'],
    ['sort', 'SORT key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC|DESC] [ALPHA] [STORE destination]'],
    ['Config  Get', 'CONFIG GET parameter [parameter ...]'],
    ['xgroup|create', 'XGROUP CREATE key groupname id|$ [MKSTREAM] [ENTRIESREAD entries_read]'],
    ['ping', 'PING [message]'],
    ['multi', 'MULTI'],
  ])('shows %s as redis-cli does', ([name, syntax]) => {
    expect(helpOf(name)?.syntax).toBe(syntax)
  })

  test('has what a prompt shows beside', () => {
    expect(helpOf('get')).toEqual({ syntax: 'GET key', summary: 'Reads a string', since: '1.0.0', group: 'string', complexity: 'O(1)' })
  })

  test.for(['', 'nosuch', 'get x', 'constructor', 'config nosuch'])("knows nothing of '%s'", (name) => {
    expect(helpOf(name)).toBeUndefined()
  })
})
