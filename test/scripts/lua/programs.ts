// Random Lua programs. They know which of their variables should hold what, and now and then get it wrong on purpose:
// errors are part of what is compared. Nothing in them depends on the order of a table's keys or on addresses.

import { RandomAuthor } from './random-author.ts'

const PRELUDE = `local out = {}
local plain = tostring
local function tostring(v) if type(v) == 'table' or type(v) == 'function' then return type(v) end return plain(v) end
local function show(v, depth)
  if v ~= v then return 'nan' end
  if v == 0 then return '0' end
  if type(v) == 'function' then return 'function' end
  if type(v) ~= 'table' then return tostring(v) end
  if depth > 3 then return 'deep' end
  local parts = {}
  for k, each in pairs(v) do parts[#parts + 1] = show(k, depth + 1) .. '=' .. show(each, depth + 1) end
  table.sort(parts)
  return '{' .. table.concat(parts, ',') .. '}'
end
local function emit(...)
  if #out > 300 then error('enough', 0) end
  for i = 1, select('#', ...) do out[#out + 1] = show((select(i, ...)), 0) end
end
`

type Kind = 'number' | 'string' | 'table' | 'boolean' | 'function'
const KINDS: readonly Kind[] = ['number', 'string', 'table', 'boolean', 'function']

interface Local {
  readonly name: string
  readonly kind: Kind
}

/** In a coroutine, values are now and then yielded and come back. */
const PASS = 'local function pass(...) return coroutine.yield(...) end\n'
const RESUME = `local co, ok, e = coroutine.create(function()
BODY
end), true
while ok and coroutine.status(co) ~= 'dead' do ok, e = coroutine.resume(co, e) end`

/**
 * @param random numbers from 0 up to 1
 * @param coroutine whether its body runs in a coroutine
 */
export function randomProgram(random: () => number, coroutine = false): string {
  return new Author(random, coroutine).program()
}

class Author extends RandomAuthor {
  readonly #coroutine: boolean
  #locals: Local[] = []
  #count = 0
  #depth = 0

  constructor(random: () => number, coroutine: boolean) {
    super(random)
    this.#coroutine = coroutine
  }

  program(): string {
    const body = this.#block(4 + this.below(10))
    const run = this.#coroutine ? PASS + RESUME.replace('BODY', () => body) : `local ok, e = pcall(function()\n${body}\nend)`
    return `${PRELUDE}${run}\nif not ok then out[#out + 1] = 'E:' .. show(e, 0) end\nreturn out`
  }

  #block(statements: number): string {
    const outer = this.#locals
    this.#locals = [...outer]
    this.#depth++
    const lines: string[] = []
    for (let i = 0; i < statements; i++) lines.push(this.#statement())
    this.#depth--
    this.#locals = outer
    return lines.join('\n')
  }

  #small(): string {
    return this.#block(1 + this.below(3))
  }

  #declare(kind: Kind): string {
    const name = `v${++this.#count}`
    this.#locals.push({ name, kind })
    return name
  }

  #statement(): string {
    const simple = this.#depth > 4
    switch (this.below(simple ? 7 : 16)) {
      case 0:
      case 1: {
        const kind = this.pick(KINDS)
        const value = this.#expression(kind)
        return `local ${this.#declare(kind)} = ${value}`
      }
      case 2: {
        const local = this.#local()
        return local === undefined ? this.#emit() : `${local.name} = ${this.#expression(local.kind)}`
      }
      case 3:
      case 4:
        return this.#tableStatement()
      case 5:
        return this.#redis()
      case 6:
        return this.#emit()
      case 7:
        return `if ${this.#condition()} then\n${this.#small()}\nelseif ${this.#condition()} then\n${this.#small()}\nelse\n${this.#small()}\nend`
      case 8: {
        const [start, limit, step] = [this.below(5), this.below(6), this.pick(['', '', ', 2', ', -1', ', 0.5'])]
        const name = `v${++this.#count}`
        const before = this.#locals
        this.#locals = [...before, { name, kind: 'number' }]
        const body = this.#small() + (this.chance(0.2) ? `\nif ${this.#condition()} then break end` : '')
        this.#locals = before
        return `for ${name} = ${start}, ${limit}${step} do\n${body}\nend`
      }
      case 9: {
        const counter = `c${++this.#count}`
        return `local ${counter} = 0\nwhile ${counter} < ${this.below(5)} and ${this.#condition()} do\n${counter} = ${counter} + 1\n${this.#small()}\nend`
      }
      case 10: {
        const counter = `c${++this.#count}`
        return `local ${counter} = 0\nrepeat\n${counter} = ${counter} + 1\nlocal last = ${counter} > ${this.below(3)}\n${this.#small()}\nuntil last`
      }
      case 11: {
        const [key, value] = [`v${++this.#count}`, `v${++this.#count}`]
        const before = this.#locals
        const table = this.#expression('table')
        this.#locals = [...before, { name: key, kind: 'number' }]
        const body = this.#small()
        this.#locals = before
        return `for ${key}, ${value} in ipairs(${table}) do\nemit(${value})\n${body}\nend`
      }
      case 12:
        return `do\nlocal ok, e = pcall(function()\n${this.#small()}\n${this.chance(0.5) ? `error(${this.#expression(this.pick(KINDS))})` : ''}\nend)\nemit(ok, e)\nend`
      case 13: {
        const parameters = [`v${++this.#count}`, `v${++this.#count}`]
        const before = this.#locals
        this.#locals = [...before, ...parameters.map((name) => ({ name, kind: this.pick(KINDS) }))]
        const body = `${this.#small()}\nreturn ${this.#expression(this.pick(KINDS))}, ${this.#expression('number')}`
        this.#locals = before
        const name = this.#declare('function')
        const head = this.chance(0.5) ? `local function ${name}` : `local ${name} = function`
        return `${head}(${parameters.join(', ')}${this.chance(0.3) ? ', ...' : ''})\n${body}\nend`
      }
      case 14: {
        const [a, b] = [this.#local(), this.#local()]
        return a === undefined || b === undefined ? this.#emit() : `${a.name}, ${b.name} = ${b.name}, ${a.name}`
      }
      default:
        return `do\n${this.#small()}\nend`
    }
  }

  #emit(): string {
    return `emit(${Array.from({ length: 1 + this.below(3) }, () => this.#expression(this.pick(KINDS))).join(', ')})`
  }

  #local(kind?: Kind): Local | undefined {
    const fitting = kind === undefined ? this.#locals : this.#locals.filter((each) => each.kind === kind)
    return fitting.length === 0 ? undefined : this.pick(fitting)
  }

  #tableStatement(): string {
    const table = this.#local('table')?.name
    if (table === undefined) return `local ${this.#declare('table')} = ${this.#expression('table')}`
    switch (this.below(8)) {
      case 0:
        return `${table}[${this.#expression(this.pick(['number', 'string', 'boolean'] as const))}] = ${this.#expression(this.pick(KINDS))}`
      case 1:
        return `${table}.x = ${this.#expression('number')}`
      case 2:
        return `table.insert(${table}, ${this.#expression(this.pick(['number', 'string'] as const))})`
      case 3:
        return `emit(table.remove(${table}${this.chance(0.5) ? `, ${this.below(4)}` : ''}))`
      case 4:
        return `emit(#${table}, ${table}[${this.below(5)}])`
      case 5:
        return `table.sort(${table})`
      case 6:
        return `${table}[#${table} + 1] = ${this.#expression('number')}`
      default:
        return `${table}[${1 + this.below(6)}] = nil`
    }
  }

  #redis(): string {
    const key = `'k${this.below(3)}'`
    const value = this.chance(0.5) ? this.#expression('number') : this.#expression('string')
    const line = this.pick([
      `'SET', ${key}, ${value}`,
      `'GET', ${key}`,
      `'INCRBY', ${key}, ${this.below(10)}`,
      `'APPEND', ${key}, ${value}`,
      `'HSET', 'h', ${value}, ${this.#expression('string')}`,
      `'HGETALL', 'h'`,
      `'RPUSH', 'l', ${value}`,
      `'LRANGE', 'l', 0, -1`,
      `'ZADD', 'z', ${this.below(9)}, ${value}`,
      `'ZRANGE', 'z', 0, -1, 'WITHSCORES'`,
      `'SADD', 's', ${value}`,
      `'SCARD', 's'`,
      `'EXISTS', ${key}, 'h'`,
      `'DEL', ${key}`,
      `'TYPE', ${key}`,
      `'LPOP', ${key}`,
      `'NOSUCH'`,
    ])
    return `emit(redis.${this.chance(0.7) ? 'pcall' : 'call'}(${line}))`
  }

  #condition(): string {
    return this.#expression(this.chance(0.8) ? 'boolean' : this.pick(KINDS))
  }

  #expression(wanted: Kind): string {
    // Now and then something else than fits.
    const kind = this.chance(0.04) ? this.pick(KINDS) : wanted
    this.#depth++
    const deep = this.#depth > 7
    const text =
      (deep || this.chance(0.3)) && this.chance(0.7)
        ? (this.#local(kind)?.name ?? this.#leaf(kind))
        : deep
          ? this.#leaf(kind)
          : this.#compound(kind)
    this.#depth--
    return this.#coroutine && this.chance(0.08) ? `${this.pick(['', 'coroutine.yield', 'pass'])}(${text})` : text
  }

  #leaf(kind: Kind): string {
    switch (kind) {
      case 'number':
        return this.pick(['0', '1', '2', '3', '7', '10', '255', '0.5', '1.25', '1e3', '-1', '100000', '2^31', '1e15', '0x1F'])
      case 'string':
        return this.pick(["''", "'a'", "'abc'", "'10'", "'3.5'", "'hello world'", "'a,b,c'", "'%d+'", "'x=1'", "'\\0\\255'", '[[long]]'])
      case 'boolean':
        return this.pick(['true', 'false', 'nil'])
      case 'table':
        return this.pick(['{}', '{1, 2, 3}', "{'a', 'b'}", '{x = 1}', '{1, nil, 3}', '{5, 3, 8, 1}'])
      case 'function':
        return this.pick([
          'function(...) return ... end',
          'function(a, b) return b, a end',
          'function() end',
          'tostring',
          'math.floor',
          'string.upper',
        ])
    }
  }

  #compound(kind: Kind): string {
    const number = (): string => this.#expression('number')
    const string = (): string => this.#expression('string')
    const any = (): string => this.#expression(this.pick(KINDS))
    switch (kind) {
      case 'number':
        return this.pick<() => string>([
          () => `(${number()} ${this.pick(['+', '-', '*', '/', '%'])} ${number()})`,
          () => `-${this.#local('number')?.name ?? '3'}`,
          () => `#${this.#local(this.pick(['string', 'table'] as const))?.name ?? "'xyz'"}`,
          () => `math.${this.pick(['floor', 'ceil', 'abs', 'sqrt'])}(${number()})`,
          () => `math.${this.pick(['max', 'min'])}(${number()}, ${number()})`,
          () => `(tonumber(${string()}) or ${number()})`,
          () => `select('#', ${any()}, ${any()})`,
          () => `(${string()} + ${number()})`,
          () => `string.len(${string()})`,
          () => `(string.find(${string()}, ${string()}, 1, true) or 0)`,
          () => `({${number()}, ${number()}})[${1 + this.below(2)}]`,
          () => `bit.${this.pick(['band', 'bor', 'bxor'])}(${number()}, ${number()})`,
          () => `(${this.#condition()} and ${number()} or ${number()})`,
        ])()
      case 'string':
        return this.pick<() => string>([
          () => `(${string()} .. ${this.chance(0.7) ? string() : number()})`,
          () => `tostring(${this.#expression(this.pick(['number', 'string', 'boolean'] as const))})`,
          () => `string.sub(${string()}, ${this.below(5) - 2}, ${this.below(8) - 3})`,
          () => `string.${this.pick(['upper', 'lower', 'reverse'])}(${string()})`,
          () => `string.rep(${string()}, ${this.below(4)})`,
          () =>
            `string.format('${this.pick(['%s', '%d', '%5.2f', '%g', '%x', '%q', '%-6s|', '%05d'])}', ${this.chance(0.5) ? number() : string()})`,
          () =>
            `(string.gsub(${string()}, '${this.pick(['%a', '%d+', '(%w)(%w)', '.', 'l*', '^a', '[a-c]'])}', '${this.pick(['<%0>', 'x', '%1', ''])}'))`,
          () => `(string.match(${string()}, '${this.pick(['%a+', '(%d+)', '^(.-)=', '()', '%s(%w+)', '[^,]*'])}') or 'none')`,
          () => `table.concat(${this.#expression('table')}, ',')`,
          () => `type(${any()})`,
          () => `cjson.encode(${this.pick(['{1, 2}', number(), string(), 'true'])})`,
          () => `show(cmsgpack.unpack(cmsgpack.pack(${any()})), 0)`,
        ])()
      case 'boolean':
        return this.pick<() => string>([
          () => `${number()} ${this.pick(['<', '<=', '>', '>=', '==', '~='])} ${number()}`,
          () => `${string()} ${this.pick(['<', '<=', '==', '~='])} ${string()}`,
          () => `not ${this.#local()?.name ?? 'nil'}`,
          () => `(${this.#condition()} and ${this.#condition()})`,
          () => `(${this.#condition()} or ${this.#condition()})`,
          () => `${any()} == ${any()}`,
        ])()
      case 'table':
        return this.pick<() => string>([
          () => `{${number()}, ${string()}, ${any()}}`,
          () => `{x = ${number()}, [${number()}] = ${string()}, ${any()}}`,
          () => `{${this.#local('function')?.name ?? 'tostring'}(${any()}, ${number()})}`,
          () => `{unpack(${this.#expression('table')})}`,
          () => `setmetatable({}, {__index = ${this.#expression(this.pick(['table', 'function'] as const))}})`,
          () =>
            `setmetatable({${number()}}, {__add = function(a, b) return ${number()} end, __call = ${this.#expression('function')}, __len = function() return 5 end})`,
          () => `cjson.decode('[1,{"a":[true,null]},"x"]')`,
        ])()
      case 'function':
        return this.pick<() => string>([
          () => `function(a, b) return ${any()}, a end`,
          () => `function(...) local n = select('#', ...) return n, ${number()} end`,
        ])()
    }
  }
}
