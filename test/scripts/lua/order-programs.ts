// Random Lua programs about what happens in which order: operands that say so when they are computed, calls that change the locals
// around them, objects with every metamethod, lists of values, levels of errors, coroutines as iterators. Errors are part of it.

import { RandomAuthor } from './random-author.ts'

const PRELUDE = `local out, count, names = {}, 0, {}
local function show(v, depth)
  if names[v or 0] then return names[v] end
  if v ~= v then return 'nan' end
  if v == 0 then return '0' end
  if type(v) == 'function' or type(v) == 'thread' then return type(v) end
  if type(v) ~= 'table' then return tostring(v) end
  if (depth or 0) > 2 then return 'deep' end
  local parts = {}
  for k, each in next, v do parts[#parts + 1] = show(k, 9) .. '=' .. show(each, (depth or 0) + 1) end
  table.sort(parts)
  return '{' .. table.concat(parts, ',') .. '}'
end
local function log(what, ...)
  count = count + 1
  if count > 300 then error('enough', 0) end
  for i = 1, select('#', ...) do
    local v = select(i, ...)
    if type(v) == 'string' and #v > 100 then error('long', 0) end
  end
  local parts = {what}
  for i = 1, select('#', ...) do parts[i + 1] = show((select(i, ...))) end
  out[count] = table.concat(parts, ' ')
end
local function T(name, ...) log(name, ...) return ... end
local function many(...) return ... end
local function object(name, behaviour)
  local meta = {}
  for event, result in pairs(behaviour) do
    meta[event] = type(result) ~= 'function' and result or function(...) log(name .. event, ...) return result(...) end
  end
  local made = setmetatable({}, meta)
  names[made] = name
  return made
end
local a, b, c, t = 1, 'two', nil, {x = 'ex', m = function(...) log('m', ...) return ... end}
local function A(...) log('A', a, (...)) a = (...) return a end
local function B(...) log('B', b, (...)) b = ... return ... end
local function swap() log('swap') a, b, c = b, c, a return a, b end
`

const EVENTS = '__add __sub __mul __div __mod __pow __unm __concat __eq __lt __le __call __index __newindex __len'.split(' ')

/** @param random numbers from 0 up to 1 */
export function orderProgram(random: () => number): string {
  return new Author(random).program()
}

class Author extends RandomAuthor {
  #depth = 0
  /** Names that can be seen here. */
  #names: readonly string[] = ['a', 'b', 'c', 't', 'o', 'p', 'q']
  #made = 0
  #vararg = false
  #loop = false
  #yields = false

  program(): string {
    const objects = ['o', 'p', 'q'].map(
      (name) =>
        `local ${name} = object('${name}', {${this.#behaviour()}${name === 'q' && this.chance(0.2) ? ", __metatable = 'locked'" : ''}})`,
    )
    if (this.chance(0.4)) objects.push('getmetatable(p).__eq = getmetatable(o).__eq', 'getmetatable(p).__lt = getmetatable(o).__lt')
    const parts = this.times(3, 7, () => {
      this.#yields = this.chance(0.3)
      const body = this.#inside(true, () => this.#block(4))
      return this.#yields
        ? `local co, given = coroutine.create(function(...)\n${body}\nend), {true}
repeat given = {coroutine.resume(co, unpack(given))} log('resumed', unpack(given)) until coroutine.status(co) == 'dead'`
        : `log('end', xpcall(function() local function f(...)\n${body}\nend return f(1, nil, 'x', nil) end, many))`
    })
    return `${PRELUDE}${objects.join('\n')}\n${parts.map((part) => `do\n${part}\nend`).join('\n')}\nlog('left', a, b, c, t)\nreturn out`
  }

  /** What is written in a function of its own. */
  #inside<T>(vararg: boolean, make: () => T): T {
    const before = [this.#vararg, this.#loop] as const
    this.#vararg = vararg
    this.#loop = false
    const made = make()
    ;[this.#vararg, this.#loop] = before
    return made
  }

  #behaviour(): string {
    const result = (): string =>
      this.pick(['function(x, y) return y, x end', 'function(x) return x end', "function() return 'r', 2 end", 'function() return 7 end', 'function() end', 'function(...) return select("#", ...) end', 'function() return a end', "function(x) error('in meta') end", "function(x) error(x, 2) end", 'function() A(nil) return true end', 'function(x, y) return rawequal(x, y) end', 'function() return false end']) // prettier-ignore
    const events = EVENTS.filter(() => this.chance(0.6)).map((event) => {
      const stored = event.endsWith('index') && this.chance(0.3)
      // Where a concatenation gives nothing that can be concatenated, Lua names the operand that was in its place.
      if (event === '__concat')
        return `__concat = function(x, y) ${this.pick(['return 7', "return 'r', 2", 'A(2) return 1.5', "error('in meta')"])} end`
      return `${event} = ${stored ? this.pick(['t', '{x = 1, m = many}', "'str'", '5']) : result()}`
    })
    return events.join(', ')
  }

  #name(): string {
    return this.pick(this.#names)
  }
  /** What can be indexed and called, mostly. */
  #thing(): string {
    return this.chance(0.85) ? this.pick(['t', 'o', 'p', 'q']) : this.#name()
  }
  #new(): string {
    return `v${++this.#made}`
  }

  /** Statements with locals of their own. */
  #block(most: number, inside: readonly string[] = []): string {
    const outer = this.#names
    // The latest are named most.
    this.#names = [...outer, ...inside, ...inside]
    this.#depth++
    const lines = this.times(1, most, () => this.#statement())
    this.#depth--
    this.#names = outer
    return lines.join(';\n')
  }

  #function(): string {
    const parameters = this.times(0, 4, () => this.#new())
    const vararg = this.chance(0.5)
    const body = this.#inside(vararg, () => this.#block(3, parameters) + (this.chance(0.8) ? `\nreturn ${this.#return()}` : ''))
    return `(${[...parameters, ...(vararg ? ['...'] : [])].join(', ')}) log('f');\n${body}\nend`
  }

  #return(): string {
    return this.chance(0.4) ? this.#call() : this.#list(0, 3)
  }

  #list(least: number, most: number): string {
    return this.times(least, most, () => this.#value()).join(', ')
  }

  #statement(): string {
    const deep = this.#depth > 4
    switch (this.below(deep ? 9 : 19)) {
      case 0:
      case 1: {
        const made = this.times(1, 3, () => this.#new())
        const text = `local ${made.join(', ')} = ${this.#list(1, 3)}`
        this.#names = [...this.#names, ...made]
        return text
      }
      case 2:
      case 3:
      case 4:
        return `${this.times(1, 4, () => this.#target()).join(', ')} = ${this.#list(1, 4)}`
      case 5:
      case 6:
        return `log('here', ${this.#list(1, 4)})`
      case 7:
        return this.#call().replace(/^\(/, 'local _ = (')
      case 8:
        return this.#loop && this.chance(0.5) ? `if ${this.#value()} then break end` : `log('vararg', ${this.#extra()})`
      case 9:
        return `if ${this.#value()} then\n${this.#block(2)}\nelseif ${this.#value()} then\n${this.#block(2)}\nelse\n${this.#block(2)}\nend`
      case 10: {
        const i = this.#new()
        const bound = (): string => this.pick(['0', '1', '2', '3', "'2'", '-1', '0.5', '1e15', '2^53', 'a', '1/0', "' 0x3 '", '0.1'])
        return `for ${i} = ${bound()}, ${bound()}${this.chance(0.5) ? `, ${this.pick(['1', '-1', '0.3', '-0.1', "'0.5'", '1/0', '2^52', 'b'])}` : ''} do log('i', ${i});\n${this.#inLoop([i])}\nend`
      }
      case 11: {
        const made = this.times(1, 3, () => this.#new())
        return `for ${made.join(', ')} in ${this.#iterator()} do log('in', ${made.join(', ')});\n${this.#inLoop(made)}\nend`
      }
      case 12: {
        const i = this.#new()
        return `local ${i} = 0 repeat log('r') ${i} = ${i} + 1 local last = ${i} > ${this.below(3)} ${this.#inLoop([])} until last or ${this.#value()}`
      }
      case 13: {
        const name = this.#new()
        const text = `local function ${name}${this.#function()}`
        this.#names = [...this.#names, name, name]
        return text
      }
      case 14:
        return `function ${this.pick(['t.f', 't:m', 'c', 'o.m', 'q:n', 't.g'])}${this.#function()}`
      case 15:
        return `log('caught', pcall(function${this.#function()}, ${this.#list(1, 3)}))`
      case 16:
        return `log('handled', xpcall(function() ${this.#inside(false, () => this.#block(2))}\nend, function(e) ${this.pick(['log("handler", e) return e', 'return 1, 2', 'error(e)', 'log(tostring(e)) return {e}'])} end))`
      case 17:
        return `while ${this.#value()} do log('while');\n${this.#inLoop([])}\n${this.chance(0.7) ? 'do break end\n' : ''}end`
      default:
        return `do\n${this.#block(3)}\nend`
    }
  }

  #inLoop(inside: readonly string[]): string {
    const before = this.#loop
    this.#loop = true
    const text = this.#block(2, inside)
    this.#loop = before
    return text
  }

  #iterator(): string {
    return this.pick([
      () => `ipairs({${this.#list(0, 4)}})`,
      () => `pairs({${this.#list(0, 4)}})`,
      () => `next, {${this.#list(0, 3)}}`,
      () => `function(s, i) i = i + 1 if i < 4 then return i, ${this.#inside(false, () => this.#value())} end end, ${this.#value()}, 0`,
      () => `coroutine.wrap(function(...) for i = 1, 3 do T('given', coroutine.yield(i, ${this.#inside(true, () => this.#list(1, 2))})) end ${this.pick(['', 'error("it")', 'return nil', 'return 5'])} end)`,
      () => `string.gmatch('k=1,l=2', '(%w)=(%w)')`,
    ])() // prettier-ignore
  }

  #target(): string {
    return this.pick([
      () => this.#name(),
      () => this.#name(),
      () => `t[${this.#value()}]`,
      () => `${this.#thing()}.x`,
      () => `${this.#thing()}[${this.#value()}]`,
      () => `T('target', ${this.#thing()}).y`,
      () => `(${this.#thing()})[${this.#name()}]`,
    ])()
  }

  #extra(): string {
    if (!this.#vararg) return `select(${this.pick(["'#'", '1', '2', '-1', '-2'])}, ${this.#list(1, 3)})`
    return this.pick(['...', '(...)', "select('#', ...)", 'select(2, ...)', 'select(-1, ...)', '{...}', '#{...}', 'unpack({...}, 1, 3)', '..., 5', 'many(...)', '(many(...))', 'T(...)']) // prettier-ignore
  }

  #call(): string {
    const args = (): string => this.#list(0, 3)
    return this.pick([
      () => `A(${args()})`,
      () => `B(${args()})`,
      () => 'swap()',
      () => `T('t', ${this.#list(1, 3)})`,
      () => `many(${args()})`,
      () => `${this.#thing()}(${args()})`,
      () => `${this.#thing()}:m(${args()})`,
      () => `${this.#thing()}.m(${args()})`,
      () => `(function${this.#depth > 4 ? '(...) return ... end' : this.#function()})(${args()})`,
      () => `unpack({${this.#list(1, 4)}}${this.pick(['', ', 2', ', 1, 3', ', -1, 1', ', 0', ", '1', '2'"])})`,
      () => `error(${this.#value()}${this.pick(['', ', 0', ', 1', ', 2', ', 3', ', 4'])})`,
      () => `assert(${args()})`,
      () => `${this.pick(['rawget', 'rawequal', 'select', 'tonumber', 'tostring', 'setmetatable', 'getmetatable', 'type', 'math.max', 'string.format', 'tonumber', 'ipairs', 'pcall', 'redis.pcall'])}(${args()})`,
      () => `loadstring("${this.pick(['return ...', 'local a = ... return a .. 1', 'return 1,', 'return x', '--c\\\\n return ...', 'return [[l\\r\\nm]], ...', 'return \'\\\\65\\\\10\\\\z\'', 'local a <const> = 1', 'error(..., 2)'])}")(${args()})`,
      () => this.#yields ? `coroutine.yield(${args()})` : `coroutine.wrap(function(...) local x, y = coroutine.yield(...) log('back', x, y) return ${this.#inside(true, () => this.#value())} end)(${args()})`,
    ])() // prettier-ignore
  }

  #value(): string {
    this.#depth++
    const text = this.#depth > 6 || this.chance(0.35) ? this.#leaf() : this.#compound()
    this.#depth--
    return text
  }

  #leaf(): string {
    return this.chance(0.65)
      ? this.#name()
      : this.pick(['0', '1', '2', '-1', '0.5', "'x'", "'10'", "' 0x10 '", "'1e1'", "''", 'nil', 'true', 'false', '{}', '{1, 2}', '2^53', '1e15', '1e100', "'-0x2'", '1/0', '0/0', '"a\\\n\\b\\065\\0"', '([[\nlong]])', '([==[]]]==])', "'5 '"]) // prettier-ignore
  }

  /** What can be computed with, mostly. */
  #number(): string {
    if (this.chance(0.05)) return this.#value()
    this.#depth++
    const text =
      this.#depth > 6 || this.chance(0.4)
        ? this.pick([
            'a',
            'a',
            'o',
            'p',
            'q',
            '2',
            '-3',
            '0.5',
            '0',
            '10',
            "'10'",
            "' 0x10 '",
            "'1e1'",
            '2^53',
            '1e15',
            '1/0',
            "'-0x2'",
            "'5 '",
            'b',
            't[1]',
            '1e100',
          ])
        : this.pick([
            () => `(${this.#number()} ${this.#arithmetic()})`,
            () => `${this.#number()} ${this.#arithmetic()}`,
            () => `-${this.pick(['a', 'o', 'p', 'q', 'b', "'10'", '#c', '3'])}`,
            () => `T('n', ${this.#number()})`,
            () => `A(${this.#number()})`,
            () => '#c',
            () => `(tonumber(${this.#value()}) or ${this.#number()})`,
          ])()
    this.#depth--
    return text
  }

  /** An operator and its right operand. By zero nothing is divided: Lua does not tell the constants 0 and -0 apart. */
  #arithmetic(): string {
    return this.chance(0.7)
      ? `${this.pick(['+', '-', '%', '..'])} ${this.#number()}`
      : `${this.pick(['/', '^', '*'])} ${this.pick(['2', '0.5', 'o', 'p', 'q', "'3'", '1.5', "T('n', 4)"])}`
  }

  #compound(): string {
    const value = (): string => this.#value()
    const number = (): string => this.#number()
    const operator = (): string => this.pick(['==', '~=', 'and', 'or'])
    return this.pick([
      () => `${value()} ${operator()} ${value()}`,
      () => `(${value()} ${operator()} ${value()})`,
      () => `${value()} ${operator()} ${value()} ${operator()} ${value()}`,
      () => `${number()} ${this.pick(['<', '<=', '>', '>='])} ${number()}`,
      number,
      number,
      () => `${this.pick(['not ', 'not not '])}${value()}`,
      () => `#${this.pick(["'abc'", 'o', '{1, 2, nil}', 'b'])}`,
      () => `(${value()})`,
      () => this.#call(),
      () => this.#call(),
      () => `(${this.#call()})`,
      () => `${this.#thing()}.x`,
      () => `${this.#thing()}[${value()}]`,
      () => `{${this.#list(0, 3)}}`,
      () => `{${value()}, k = ${value()}, [${value()}] = ${value()}; ${value()}}`,
      () => `{[${value()}] = ${value()}, ${this.#call()}}`,
      () => `T('e', ${value()})`,
      () => (this.#depth > 4 ? 'many' : `function${this.#function()}`),
      () => this.#extra().replace(/^\.\.\.,.*/, '...'),
    ])()
  }
}
