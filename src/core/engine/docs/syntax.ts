// What a command's arguments are, read from one line that looks as Redis's own pages show them, and shown again as
// redis-cli shows them. The line is the only place where arguments are written down:
//   `key` `count:integer`      an argument and its type: string unless said, and key for one called key
//   `EX seconds:integer`       behind the word EX
//   `GET`                      a word alone, `""` an empty one; `change=CH` one that COMMAND DOCS knows by another name
//   `(field value)`            a block; `(LEFT|RIGHT)` one of several; `where=(LEFT|RIGHT)` the same with a name, which is
//                              otherwise made of its parts: left_right
//   `[NX|XX]` `[condition=NX|XX]`  what may be left out
//   `key...` `[GET pattern]...`    what may be repeated, without and with the word before it
//   `count:integer@6.2.0`      since when; `ip:port!2.8.12` until when
//   `key1:key#0`               the key spec it belongs to, if that is not the one after the last
import { MapReply, type Reply, SetReply, Status } from '../../reply.ts'

export interface Argument {
  name: string
  type: string
  /** The key spec it belongs to; -1 if it is no key. */
  keySpec: number
  /** The word before it, or that it is. */
  token: string
  since: string
  deprecatedSince: string
  optional: boolean
  multiple: boolean
  multipleToken: boolean
  /** Parts of a block, choices of a oneof. */
  parts: Argument[]
}

/** @throws on a line that is none */
export function parseSyntax(line: string): Argument[] {
  return new SyntaxParser(line).all()
}

const LABEL = /([a-z][\w-]*)=/y
const TOKEN = /[A-Z][A-Z\d_-]*|[=~*$]|""/y
/** A word that is empty. */
const EMPTY = '""'
// Two names have signs in them: ip:port and yes/no.
const NAME = /([a-z](?:[\w/-]|:port)*)(?::(integer|double|string|key|pattern|unix-time))?(?:#(\d))?/y
const SUFFIX = /@([\d.]+\d)|!([\d.]+\d)|\.{3}/y
const BINDS = / (?=[a-z(])/y

class SyntaxParser {
  readonly #line: string
  #at = 0
  #keySpecs = 0

  constructor(line: string) {
    this.#line = line
  }

  all(): Argument[] {
    const found = this.#line === '' ? [] : this.#sequence()
    if (this.#at < this.#line.length) throw this.#unexpected()
    return found
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#line)
    if (found !== null) this.#at = pattern.lastIndex
    return found
  }

  #takeSign(sign: string): boolean {
    if (this.#line[this.#at] !== sign) return false
    this.#at++
    return true
  }

  #unexpected(): Error {
    return new Error(`syntax of arguments: ${this.#line.slice(0, this.#at)} <here> ${this.#line.slice(this.#at)}`)
  }

  #sequence(): Argument[] {
    const found = [this.#item()]
    while (this.#takeSign(' ')) found.push(this.#item())
    return found
  }

  #item(): Argument {
    const bracketed = this.#takeSign('[')
    const item = bracketed ? this.#group(']') : this.#plain()
    if (bracketed) item.optional = true
    for (let suffix = this.#take(SUFFIX); suffix !== null; suffix = this.#take(SUFFIX)) {
      if (suffix[1] !== undefined) item.since = suffix[1]
      else if (suffix[2] !== undefined) item.deprecatedSince = suffix[2]
      else {
        item.multiple = true
        item.multipleToken = bracketed
      }
    }
    return item
  }

  #plain(): Argument {
    const label = this.#take(LABEL)?.[1] ?? ''
    if (this.#takeSign('(')) return this.#group(')', label)
    const token = this.#take(TOKEN)?.[0] ?? ''
    if (token !== '') {
      if (this.#take(BINDS) === null) return argument(label || token.toLowerCase(), 'pure-token', token)
      return { ...this.#plain(), token }
    }
    const found = this.#take(NAME)
    if (found === null) throw this.#unexpected()
    const [, name, type = name === 'key' ? 'key' : 'string', spec] = found
    const leaf = argument(name, type)
    if (type === 'key' || spec !== undefined) {
      leaf.keySpec = spec === undefined ? this.#keySpecs : +spec
      this.#keySpecs = leaf.keySpec + 1
    }
    return leaf
  }

  /** What is in brackets. One argument in square ones is only that. */
  #group(end: ']' | ')', label = this.#take(LABEL)?.[1] ?? ''): Argument {
    const choices = [this.#sequence()]
    while (this.#takeSign('|')) choices.push(this.#sequence())
    if (!this.#takeSign(end)) throw this.#unexpected()
    const group = choices.length > 1 ? grouped('oneof', choices.map(onlyOrBlock)) : inBrackets(choices[0], end)
    return label === '' ? group : { ...group, name: label }
  }
}

function argument(name: string, type: string, token = '', parts: Argument[] = []): Argument {
  return { name, type, keySpec: -1, token, since: '', deprecatedSince: '', optional: false, multiple: false, multipleToken: false, parts }
}

const grouped = (type: 'oneof' | 'block', parts: Argument[]): Argument => argument(parts.map(({ name }) => name).join('_'), type, '', parts)
const onlyOrBlock = (items: Argument[]): Argument => (items.length === 1 ? items[0] : grouped('block', items))

const inBrackets = (items: Argument[], end: ']' | ')'): Argument => (end === ')' ? grouped('block', items) : onlyOrBlock(items))

/** Arguments as COMMAND DOCS replies them. */
export function syntaxReply(found: readonly Argument[]): Reply[] {
  return found.map(({ name, type, keySpec, token, since, deprecatedSince, optional, multiple, multipleToken, parts }) => {
    const flags = [optional && 'optional', multiple && 'multiple', multipleToken && 'multiple_token'].filter((flag) => flag !== false)
    const fields: [string, Reply, boolean][] = [
      ['name', name, true],
      ['type', type, true],
      ['key_spec_index', keySpec, keySpec >= 0],
      ['token', token === EMPTY ? '' : token, token !== ''],
      ['since', since, since !== ''],
      ['deprecated_since', deprecatedSince, deprecatedSince !== ''],
      ['flags', new SetReply(flags.map((flag) => new Status(flag))), flags.length > 0],
      ['arguments', syntaxReply(parts), parts.length > 0],
    ]
    return new MapReply(fields.flatMap(([field, value, present]) => (present ? [field, value] : [])))
  })
}

/** Arguments as redis-cli's HELP shows them: `key [count]`. */
export function showSyntax(found: readonly Argument[], between = ' '): string {
  return found.map(showArgument).join(between)
}

function showArgument({ name, type, token, optional, multiple, multipleToken, parts }: Argument): string {
  const inner = type === 'oneof' ? showSyntax(parts, '|') : type === 'block' ? showSyntax(parts) : type === 'pure-token' ? '' : name
  const once = [token, inner].filter((part) => part !== '').join(' ')
  const shown = multiple ? `${once} [${multipleToken ? once : inner} ...]` : once
  return optional ? `[${shown}]` : shown
}
