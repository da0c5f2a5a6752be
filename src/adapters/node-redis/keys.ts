// Which arguments of a command are keys, and whether it only reads: node-redis does not say it of commands as they are sent,
// but every server does (COMMAND), of its own commands and of its modules'. It is asked once.
// https://redis.io/docs/latest/develop/reference/key-specs/
import type { ByteString } from '../../core/bytes.ts'
import type { Argv } from '../../core/client/backend.ts'
import { MapReply, type Reply } from '../../core/reply.ts'

/** Of a command: the places of keys in its line. */
interface Row {
  /** How many words it has; negative: at least. */
  readonly arity: number
  readonly reads: boolean
  readonly specs: readonly ((argv: Argv) => number[])[]
}
type Fields = ReadonlyMap<Reply, Reply>

export class CommandKeys {
  readonly #rows = new Map<ByteString, Row>()

  /** @param reply COMMAND's, in RESP3's shape */
  constructor(reply: readonly Reply[]) {
    for (const info of reply as Reply[][]) this.#add(info)
  }

  /** @returns null if it has a word too few, or too many */
  of(argv: Argv): ByteString[] | null {
    const row = this.#rowOf(argv)
    if (row === undefined) return []
    if (row.arity < 0 ? argv.length < -row.arity : argv.length !== row.arity) return null
    return row.specs.flatMap((spec) => spec(argv)).map((i) => argv[i])
  }

  onlyReads(argv: Argv): boolean {
    return this.#rowOf(argv)?.reads ?? false
  }

  #rowOf(argv: Argv): Row | undefined {
    return (argv.length > 1 ? this.#rows.get(`${argv[0]}|${argv[1].toUpperCase()}`) : undefined) ?? this.#rows.get(argv[0])
  }

  #add([name, arity, flags, , , , , , specs, subcommands]: Reply[]): void {
    this.#rows.set((name as string).toUpperCase(), {
      arity: arity as number,
      reads: itemsOf(flags).includes('readonly'),
      specs: itemsOf(specs).map(placesOf),
    })
    for (const info of itemsOf(subcommands)) this.#add(info as Reply[])
  }
}

/** Where the search for keys begins, and how they are found from there. */
function placesOf(reply: Reply): Row['specs'][number] {
  const spec = fieldsOf(reply)
  const begin = beginOf(fieldsOf(spec.get('begin_search')))
  const find = findOf(fieldsOf(spec.get('find_keys')))
  return (argv) => {
    const first = begin(argv)
    return first === null ? [] : find(argv, first)
  }
}

function beginOf(search: Fields): (argv: Argv) => number | null {
  const spec = fieldsOf(search.get('spec'))
  if (search.get('type') === 'index') return () => spec.get('index') as number
  if (search.get('type') !== 'keyword') return () => null
  const keyword = (spec.get('keyword') as string).toUpperCase()
  const from = spec.get('startfrom') as number
  return (argv) => {
    const upper = argv.map((word) => word.toUpperCase())
    const at = from > 0 ? upper.indexOf(keyword, from) : upper.lastIndexOf(keyword, argv.length + from)
    return at <= 0 ? null : at + 1
  }
}

function findOf(find: Fields): (argv: Argv, first: number) => number[] {
  const spec = fieldsOf(find.get('spec'))
  const [last, limit, step] = ['lastkey', 'limit', 'keystep'].map((name) => spec.get(name) as number)
  if (find.get('type') === 'range') {
    return ({ length }, first) => {
      const end = last >= 0 ? first + last : last + (limit > 1 ? first + Math.floor((length - first) / limit) : length)
      return range(first, Math.min(end, length - 1), step)
    }
  }
  if (find.get('type') !== 'keynum') return () => []
  const [count, offset] = ['keynumidx', 'firstkey'].map((name) => spec.get(name) as number)
  return (argv, first) => {
    const numbered = Number(argv[first + count]) || 0
    return range(first + offset, Math.min(first + offset + (numbered - 1) * step, argv.length - 1), step)
  }
}

function range(first: number, last: number, step: number): number[] {
  return Array.from({ length: Math.max(0, Math.floor((last - first) / step) + 1) }, (_, i) => first + i * step)
}

const itemsOf = (reply: Reply | undefined): readonly Reply[] => (Array.isArray(reply) ? reply : [])

function fieldsOf(reply: Reply | undefined): Fields {
  const flat = reply instanceof MapReply ? reply.flat : []
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]] as const] : [])))
}
