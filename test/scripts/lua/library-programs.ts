// Random calls of Lua's and Redis's libraries with values that fit and values that do not. A program is a list of lines, each
// on its own: what it gives, or its error, comes out with its number.

import { RandomAuthor } from './random-author.ts'

const PRELUDE = `local out = {}
local negative = tonumber('-0')
local function show(v, depth)
  if type(v) == 'number' then return string.format('%.14g', v) end
  if type(v) == 'string' then return string.format('%q', v) end
  if type(v) ~= 'table' then return (type(v) == 'boolean' or v == nil) and tostring(v) or type(v) end
  if depth > 4 then return 'deep' end
  local parts = {}
  for k, each in next, v do parts[#parts + 1] = show(k, depth + 1) .. '=' .. show(each, depth + 1) end
  table.sort(parts)
  return '{' .. table.concat(parts, ',') .. '}'
end
local function pack(...) return {n = select('#', ...), ...} end
local function line(number, fn)
  local values = pack(pcall(fn))
  local parts = {}
  for i = 1, math.min(values.n, 40) do parts[i] = show(values[i], 0) end
  out[#out + 1] = '#' .. number .. ' ' .. values.n .. ' ' .. table.concat(parts, ' ')
end
local meta = setmetatable({1, 2}, {__add = function(a, b) return 'add' end, __concat = function(a, b) return 'concat' end,
  __index = function(t, k) return k end, __call = function(self, ...) return select('#', ...), ... end, __unm = function() return 'unm' end,
  __lt = function(a, b) return true end, __le = function(a, b) return nil end, __eq = function() return 1 end, __tostring = function() return 'meta' end})
local locked = setmetatable({}, {__metatable = 'locked', __newindex = function(t, k, v) rawset(t, k, 'set') end, __tostring = function() return 5 end})
`

/** @param random numbers from 0 up to 1 */
export function libraryProgram(random: () => number): string {
  return new Author(random).program()
}

const STRINGS = [
  '', 'a', 'abc', 'aXb', '10', ' 0x10 ', '1e5', '-7', '3.5', 'hello world', 'a,b,,c', 'x=1, y=2', '(foo(bar)baz)', 'THE (quick) fox', 'aaa', 'a\\nb\\r\\n',
  'inf', 'nan', '-0', '0x', '1e', ' 5 ', '\\0a\\0b', '\\255\\128\\0', '\\195\\169', '%d', '[[x]]', '"q\\\\"', '0x1p4', '1e400', 'x\\tz', '9007199254740993', 'key', 'n',
] // prettier-ignore
const NUMBERS = [
  '0', '1', '2', '3', '4', '-1', '-2', '7', '10', '31', '32', '0.5', '-0.5', '1.5', '2.5', '1e14', '1e15', '123456789012345', '1e16', '1e100', '2^31', '2^31-1', '-2^31',
  '2^32', '2^32-1', '2^53', '2^53+2', '2^63', '-2^63', '2^64', '1/0', '-1/0', '0/0', 'negative', '0x1F', '0xFFFFFFFF', '3.', '.5', '5e-324', '1e-5', '123456.789', '0.1', '1/3',
  '100', '127', '128', '255', '256', '65535', '65536', '-32', '-33', '-128', '-129', '-32769', '1e300',
] // prettier-ignore
const TABLES = [
  '{}', '{1, 2, 3}', '{1, nil, 3}', '{nil, nil, 3}', '{[1] = 1, [2] = 2, [4] = 4}', '{n = 3}', "{'b', 'a', 'c'}", '{3, 1, 2}', "{1, 'a'}", "{x = 1, 'y'}", 'meta', 'locked',
  '{{1}, {2, {3}}}', '{nil}', '{1, 2, nil}', '{[0] = 0, [-1] = 1}', '{[1.5] = 1}', '{true, false}', '{[true] = 1}', '{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}',
  "{ok = 'fine'}", "{err = 'wrong'}", '{[20] = 1}', '{1, 2, [20] = 1}', 'setmetatable({}, {__index = {5, 6}})', '{cjson.null}', '{2^53, -1.5}',
] // prettier-ignore
const OTHERS = ['nil', 'true', 'false', 'print', 'tostring', 'function() end', 'function(...) return ... end', 'coroutine.create(function() end)', 'cjson.null'] // prettier-ignore
const CLASSES = ['%a', '%d', '%w', '%s', '%p', '%u', '%l', '%c', '%x', '%z', '%A', '%D', '%S', '%W', '.', 'a', 'b', 'o', '%.', '%%', ',', '=', '[abc]', '[^abc]', '[a-z]', '[%a_]', '[^%s]', '[]]', '[^]]', '[a-]', '[-a]', '[%d-z]', '[%w,]', '\\255', ' ', '%g', '%y', '[z-a]', '[%]]'] // prettier-ignore
const BROKEN = ['%', '[a', '(', ')', '%f', '%b', '%bx', '%1', '%2', '%9', '%0', '\\0', '[', '[^', '[]', '[%', '*', '+', '-', '?', '$', '^', '%f[a', '()', ']'] // prettier-ignore

class Author extends RandomAuthor {
  #depth = 0

  program(): string {
    // A table without a text as `err` that ends a script would end redis-server too.
    if (this.chance(0.1))
      return `${PRELUDE}${this.chance(0.25) ? `error(${this.pick(['1.5', `'${this.pick(STRINGS)}'`, `{err = '${this.pick(STRINGS)}'}`])})` : `return ${this.#reply(0)}`}`
    const lines = Array.from({ length: 25 }, (_, i) => `--[[${i}]] line(${i}, function() ${this.#line()} end)`)
    return `${PRELUDE}${lines.join('\n')}\nreturn out`
  }

  #maybe(text: () => string): string {
    return this.chance(0.5) ? text() : ''
  }

  #string(): string {
    if (this.chance(0.03)) return this.#any()
    if (this.chance(0.1)) return `string.rep('${this.pick(STRINGS)}', ${this.below(60)})`
    if (this.chance(0.2)) return `'${this.#bytes(6)}'`
    return `'${this.pick(STRINGS)}'`
  }
  #bytes(most: number): string {
    return this.times(0, most, () => `\\${String(this.below(256)).padStart(3, '0')}`).join('')
  }
  #number(): string {
    if (this.chance(0.04)) return this.#any()
    if (this.chance(0.3)) return String(this.below(20) - 6)
    return this.pick(NUMBERS)
  }
  #table(): string {
    return this.chance(0.04) ? this.#any() : this.pick(TABLES)
  }
  #any(): string {
    if (this.#depth > 3) return 'nil'
    this.#depth++
    const value = this.pick([() => this.#string(), () => this.#number(), () => this.#table(), () => this.pick(OTHERS)])()
    this.#depth--
    return value
  }
  #args(most = 4): string {
    return this.times(0, most, () => this.#any()).join(', ')
  }

  #pattern(): string {
    const part = (): string => {
      if (this.chance(0.04)) return this.pick(BROKEN)
      if (this.chance(0.15) && this.#depth < 3) {
        this.#depth++
        const inner = this.times(0, 3, part).join('')
        this.#depth--
        return `(${inner})`
      }
      if (this.chance(0.12)) return this.pick(['%b()', '%bxx', '%b[]', '%f[%w]', '%f[%A]', '%f[^%z]', '()', '%1', '%f[%s]', '%bab'])
      return this.pick(CLASSES) + this.pick(['', '', '', '*', '+', '-', '?'])
    }
    return `'${this.#maybe(() => this.pick(['^', '', '']))}${part()}${this.times(0, 4, part).join('')}${this.pick(['', '', '', '$'])}'`
  }
  #replacement(): string {
    return this.pick([
      () => `'${this.times(0, 4, () => this.pick(['%0', '%1', '%2', '%%', 'x', '<', '>', '%9', '%', '%a', '\\0', ''])).join('')}'`,
      () => `{a = 1, b = 'two', c = false, hello = true, [1] = 'one'}`,
      () =>
        `function(...) return ${this.pick(['...', 'nil', 'false', '1.5', "select('#', ...)", "'<' .. (...) .. '>'", '{}', 'true'])} end`,
      () => 'meta',
      () => this.#any(),
    ])()
  }
  #format(): string {
    const spec = (): string => {
      const flags = this.times(0, 3, () => this.pick(['-', '+', ' ', '#', '0'])).join('')
      const width = this.pick(['', '', '1', '5', '12', '99', '100'])
      const precision = this.pick(['', '', '.', '.0', '.1', '.3', '.10', '.20', '.99', '.100'])
      return `%${flags}${width}${precision}${this.pick([...'diouxXeEfgGqssddgg', '%', 'a', 'n', 'h', ''])}`
    }
    return `'${this.times(0, 3, () => this.pick([spec, spec, () => 'x', () => '%%'])()).join('|')}'`
  }

  /** A reply of a script: what becomes of it on the wire. */
  #reply(depth: number): string {
    if (depth > 3 || this.chance(0.3)) return this.#any()
    const inner = (): string => this.#reply(depth + 1)
    return this.pick([
      () => `{${this.times(0, 4, inner).join(', ')}}`,
      () => `{ok = ${inner()}}`,
      () => `{err = ${inner()}}`,
      () => `{double = ${inner()}}`,
      () => `{map = {a = ${inner()}}}`,
      () => `{set = {${inner()} or 1}}`,
      () => `{${inner()}, ${inner()}, nil, ${inner()}}`,
      () => `redis.status_reply(${this.#string()})`,
      () => `redis.error_reply(${this.#string()})`,
      () => `{big_number = ${this.#string()}}`,
    ])()
  }

  #literal(): string {
    const digits = (of: string): string => this.times(0, 4, () => this.pick([...of])).join('')
    return this.pick([
      () => `${digits('0123456789')}${this.#maybe(() => `.${digits('0123456789')}`)}${this.#maybe(() => `${this.pick(['e', 'E', 'e+', 'e-'])}${digits('0123456789')}`)}`,
      () => `0${this.pick(['x', 'X'])}${digits('0123456789abcdefABCDEF.p-')}`,
      () => `${digits('0123456789')}${this.pick(['.', '..', 'x', 'e', 'f', '_', '..2', ' ..2'])}`,
      () => `"${this.times(0, 3, () => this.pick(['\\\\65', '\\\\0655', '\\\\300', '\\\\n', '\\\\x', '\\\\\\n', 'a', "\\'", '\\\\"', '\\\\z', '\\n', '\\0', '\\\\'])).join('')}"`,
      () => `${this.pick(['[[', '[=[', '[==[', '[=', '[==[\\n', '[[\\r\\n'])}${this.times(0, 3, () => this.pick(['a', ']]', ']=]', '\\n', '\\r', '\\0', '[[', '\\\\n'])).join('')}${this.pick([']]', ']=]', ']==]', ''])}`,
      () => `${this.pick(['1', 'x', '{}'])} --${this.pick(['', '[[', '[==[', '[', 'x'])}${this.pick(['a', '\\n', ']]'])}${this.pick([']]', ']==]', '\\n', ''])} ${this.pick(['', '+ 2', ', 3'])}`,
      () => this.times(0, 6, () => this.pick(['1', 'x', '(', ')', '{', '}', '=', ',', ';', 'and', 'not', 'function', 'end', '...', '..', "'", '"', '[', ']', '.', ':', '~', '~=', '==', '@', '-', '#', 'nil', 'if', 'then', 'return', 'local', 'break', 'do', 'for', 'in', 'until'])).join(' '),
    ])() // prettier-ignore
  }

  #json(depth = 0): string {
    if (this.chance(0.03))
      return this.pick([
        '',
        '[',
        '}',
        'tru',
        'nul',
        '"',
        '01',
        '+1',
        '.5',
        '1.',
        '1e',
        '-',
        "'a'",
        '\\\\u12',
        ',',
        ':',
        '\\0',
        '//',
        'NaN',
        'Infinity',
        '-inf',
        '0x1F',
        'nan',
      ])
    if (depth > 3 || this.chance(0.4)) {
      return this.pick([
        '1',
        '-1.5',
        '1e3',
        '1E+2',
        'true',
        'false',
        'null',
        '"a"',
        '""',
        '"\\\\u00e9"',
        '"\\\\ud83d\\\\ude00"',
        '"\\\\ud83d"',
        '"\\\\n\\\\t\\\\/\\\\\\\\"',
        '"\\\\x"',
        '"\\\\u0000"',
        '12345678901234567890',
        '1e999',
        '-0',
        '"\\t"',
        '"\\195\\169"',
        '[]',
        '{}',
        '0',
        '"k"',
      ])
    }
    const space = (): string => this.pick(['', '', ' ', '\\n'])
    const inner = (): string => space() + this.#json(depth + 1) + space()
    return this.chance(0.5)
      ? `[${this.times(0, 3, inner).join(',')}]`
      : `{${this.times(0, 1, () => `"${this.pick(['a', 'b', '1', '', 'x'])}":${inner()}`).join(',')}}`
  }

  #structFormat(): string {
    const option = (): string =>
      this.pick([
        'b',
        'B',
        'h',
        'H',
        'l',
        'L',
        'T',
        'i',
        'I',
        `i${this.below(9)}`,
        `I${this.below(34)}`,
        'f',
        'd',
        's',
        'x',
        'c',
        `c${this.below(5)}`,
        '<',
        '>',
        '=',
        '!',
        `!${this.below(10)}`,
        ' ',
        'y',
        'Bc0',
      ])
    return `'${this.times(0, 5, option).join('')}'`
  }

  #operand(): string {
    return this.pick([() => this.#number(), () => this.#string(), () => this.#any(), () => this.pick(['meta', 'locked', 'meta', '{}'])])()
  }

  #line(): string {
    const s = (): string => this.#string()
    const n = (): string => this.#number()
    const t = (): string => this.#table()
    const any = (): string => this.#any()
    const more = (make: () => string): string => this.#maybe(() => `, ${make()}`)
    const call = (name: string, ...args: (() => string)[]): string => {
      const given = args.slice(0, this.chance(0.06) ? this.below(args.length + 1) : args.length).map((each) => each())
      return `return ${name}(${given.join(', ')})`
    }
    return this.pick<() => string>([
      () => call(`string.${this.pick(['find', 'match'])}`, s, () => this.#pattern() + more(n)),
      () => `return string.find(${s()}, ${this.chance(0.5) ? s() : this.#pattern()}, ${n()}, ${any()})`,
      () => `local all = {} for a, b in string.gmatch(${s()}, ${this.#pattern()}) do all[#all + 1] = show(a, 0) .. show(b, 0) if #all > 30 then break end end return table.concat(all, ' ')`,
      () => call('string.gsub', s, () => this.#pattern(), () => this.#replacement() + more(n)),
      () => `return string.format(${[this.#format(), ...this.times(0, 4, any)].join(', ')})`,
      () => `return string.format(${[this.#format(), n(), n(), n()].join(', ')})`,
      () => call(`string.${this.pick(['sub', 'byte'])}`, s, () => n() + more(n)),
      () => call(`string.${this.pick(['upper', 'lower', 'len', 'reverse'])}`, s),
      () => `return #string.rep(${s()}, ${this.pick(['0', '3', '-1', '2.7', '1e3', "'2'", 'nil', '-1/0', '0/0'])})`,
      () => `return string.char(${this.times(0, 4, () => this.pick(['65', '0', '255', '256', '-1', '97.9', "'66'", 'nil', '{}'])).join(', ')})`,
      () => call(`math.${this.pick(['abs', 'ceil', 'floor', 'sqrt', 'frexp', 'modf', 'deg', 'rad'])}`, n),
      () => call(`math.${this.pick(['fmod', 'mod', 'max', 'min', 'ldexp', 'atan2'])}`, n, n),
      () => `return math.${this.pick(['max', 'min'])}(${this.#args()})`,
      () => `math.randomseed(${n()}) return math.random(${this.times(0, 2, n).join(', ')})`,
      () => `return math.random(${this.times(0, 3, n).join(', ')}) ~= nil`,
      () => `return ${this.#operand()} ${this.pick(['+', '-', '*', '/', '%', '^', '..', '==', '~=', '<', '>', '<=', '>='])} ${this.#operand()}`,
      () => `return ${this.pick(['-', 'not ', '#'])}${this.#operand().replace(/^-/, '')}`,
      () => `return ${n()} ${this.pick(['%', '%', '+', '-', '*', '/'])} ${n()}`,
      () => `local t = ${t()} t[${any()}] = ${any()} return t == meta or t`,
      () => `local t = ${t()} return t[${any()}]`,
      () => `local t, k = ${any()}, ${any()} return t.x, t[k]`,
      () => call('tonumber', any, () => this.pick(['10', '16', '2', '36', '37', '1', '8', 'nil', "'16'", '2.5'])),
      () => `return tonumber('${this.#literal()}')`,
      () => `return (string.gsub(tostring(${any()}), '0x%x+', 'ADDRESS'))`,
      () => `return select(${this.chance(0.3) ? "'#'" : n()}, ${any()}, ${any()}, nil, nil)`,
      () => call('unpack', t, () => this.below(5).toString(), () => String(this.below(9) - 2)),
      () => `return select('#', unpack(${t()}, ${n()}, ${n()}))`,
      () => `return ${this.pick(['rawget', 'rawequal', 'next', 'rawset', 'setmetatable', 'getmetatable', 'type', 'ipairs', 'pairs', 'assert', 'error', 'pcall', 'tostring', 'tonumber'])}(${this.#args()})`,
      () => `local t = ${this.pick(TABLES.filter((each) => !/nil|meta/.test(each)))} ${this.#tableChange()} ${this.#maybe(() => this.#tableChange())} return #t, t`,
      () => `local t = ${t()} return table.${this.pick(['concat(t)', `concat(t, ${s()})`, `concat(t, ',', ${this.below(4)}, ${this.below(6)})`, 'maxn(t)', 'getn(t)', 'setn(t, 1)', `remove(t, ${n()})`])}`,
      () => `local t = ${t()} local seen = {} table.${this.pick(['foreach', 'foreachi'])}(t, function(k, v) seen[#seen + 1] = show(k, 0) .. show(v, 0) ${this.#maybe(() => 'return v')} end) table.sort(seen) return seen`,
      () => `local t = {${this.times(0, 12, () => this.pick([n, n, s])()).join(', ')}} table.sort(t${this.pick(['', '', ', function(a, b) return a > b end', ', function(a, b) return true end', ', function() return nil end', ', meta'])}) return t`,
      () => `local c, last = 0 for i = ${n()}, ${n()}${more(() => this.pick(['1', '-1', '0.1', '0.25', '-0.3', '0', '1e15', n()]))} do c = c + 1 last = i if c > 40 then break end end return c, last`,
      () => `return cjson.encode(${this.chance(0.7) ? this.#reply(1) : any()})`,
      () => `return cjson.decode('${this.#json()}')`,
      () => `return cjson.encode(cjson.decode('[${this.#json()}]'))`,
      () => `return cjson.decode(${s()})`,
      () => `return cjson.decode('${this.#json()}${this.#json()}')`,
      () => `local j = cjson.new() j.${this.pick(['encode_sparse_array(true)', 'encode_sparse_array(false, 1, 2)', `encode_max_depth(${n()})`, `decode_max_depth(${this.below(4)})`, `encode_number_precision(${n()})`, "encode_invalid_numbers('null')", 'encode_invalid_numbers(true)', `decode_invalid_numbers(${this.pick(['true', "'off'", "'x'", '1'])})`, `encode_keep_buffer(${this.pick(['true', "'off'", "'x'", '1'])})`, `encode_sparse_array(true, ${this.below(3)}, ${this.below(5)})`])} return j.encode(${this.#reply(1)}), j.decode('${this.#json()}')`,
      () => `return cmsgpack.pack(${this.times(0, 3, () => this.#reply(1)).join(', ')})`,
      () => `return cmsgpack.unpack(cmsgpack.pack(${this.#reply(0)}))`,
      () => `return cmsgpack.unpack('${this.#bytes(10)}')`,
      () => `return cmsgpack.${this.pick(['unpack_one', 'unpack_limit'])}(cmsgpack.pack(1, {2}, 'x'), ${this.times(0, 2, () => this.pick(['0', '1', '2', '5', '-1', n()])).join(', ')})`,
      () => `return bit.${this.pick(['band', 'bor', 'bxor'])}(${this.times(0, 4, n).join(', ')})`,
      () => call(`bit.${this.pick(['lshift', 'rshift', 'arshift', 'rol', 'ror', 'tohex'])}`, n, n),
      () => call(`bit.${this.pick(['tobit', 'bnot', 'bswap', 'tohex'])}`, n),
      () => `return struct.pack(${[this.#structFormat(), ...this.times(0, 5, () => this.pick([n, n, s, any])())].join(', ')})`,
      () => `return struct.unpack(${this.#structFormat()}, '${this.#bytes(24)}'${more(n)})`,
      () => `return struct.size(${this.#structFormat()})`,
      () => `return loadstring('return ${this.#literal()}'${more(() => this.pick(["'@file.lua'", "'=name'", "'chunk'", "'@'", "'='", "''", `string.rep('x', ${this.below(90)})`, `'@' .. string.rep('y', ${this.below(90)})`, `'=' .. string.rep('z', ${this.below(90)})`, "'two\\nlines'"]))})`,
      () => `local f, e = loadstring('return ${this.#literal()}') if not f then return e end return f()`,
      () => `local f, e = loadstring('${this.pick(['local a = nil; a()', 'error("x")', 'error("x", 2)', 'return nope.x', 'local t = {} t.x.y = 1', 'return 1 + {}'])}', ${this.pick(["'@file.lua'", "'=name'", "'some code'", "'two\\nlines'", `string.rep('x', ${this.below(90)})`, `'@' .. string.rep('y', ${this.below(90)})`])}) return f()`,
      () => `local parts, i = {'return ', '${this.#literal()}', ' ', ''}, 0 return load(function() i = i + 1 return parts[i] end${more(s)})`,
      () => this.#coroutine(),
      () => this.#errors(),
      () => `return redis.${this.pick(['call', 'pcall'])}(${this.pick(["'SET', 'k0'", "'GET', 'k0'", "'ECHO'", "'PING'", "'RPUSH', 'l'", "'NOPE'", "'EVAL'", "'SUBSCRIBE'", "'ZADD', 'z', 1"])}, ${this.#args(2) || '1'})`,
      () => `return redis.${this.pick(['sha1hex', 'error_reply', 'status_reply', 'call', 'pcall', 'setresp', 'set_repl', 'replicate_commands', 'breakpoint', 'acl_check_cmd'])}(${this.#args(2)})`,
      () => `redis.log(${this.pick(['redis.LOG_DEBUG', '0', '9', '-1', any()])}, ${any()}) return 1`,
      () => `return ${this.pick(['nope', '_G.nope', 'string.nope', "getmetatable('').__index == string", "('x'):rep(3)", "('%d'):format(3)", "#'abc'", "('x').y", "('abc'):nope()", 'redis.nope', '_VERSION', 'KEYS[1]', '#ARGV', 'print', 'require', 'newproxy()', 'getfenv', 'setfenv', 'dofile'])}`,
      () => `${this.pick(['x', '_G.x', 'string.x', "getmetatable('').__index", 'redis.x', 'KEYS[1]', 'math.pi', '_G'])} = ${any()} return 1`,
      () => `local function f(a, ...) local b, c = ... return select('#', ...), a, b, c, ... end return f(${this.#args()})`,
      () => `local function f(...) return arg and arg.n, arg end return f(${this.#args()})`,
    ])() // prettier-ignore
  }

  #tableChange(): string {
    const any = (): string => this.#any()
    return this.pick([
      () => `table.insert(t, ${any()})`,
      () => `table.insert(t, 1, ${any()})`,
      () => `table.insert(${this.pick(['', 't', 't, 1, 2, 3', 'nil, 1', "t, 'x', 1", 't, {}, 1', "t, '2'"])})`,
      () => `table.remove(t)`,
      () => `table.remove(t, ${this.below(5)})`,
      () => `t[#t] = nil`,
      () => `t[#t + 1] = ${any()}`,
      () => `table.sort(t)`,
      () => `t[1] = ${any()}`,
      () => `t.x = ${any()}`,
    ])()
  }

  #coroutine(): string {
    const any = (): string => this.#any()
    return this.pick([
      () => `local co = coroutine.create(function(...) local x = coroutine.yield(${any()}, ...) ${this.pick(['error(x)', 'error({x})', 'return x, 2', 'local y = x.y.z', 'coroutine.yield()', 'return coroutine.resume(coroutine.running())'])} end) return coroutine.resume(co, ${any()}), coroutine.status(co), show(pack(coroutine.resume(co, ${any()})), 0), coroutine.status(co), coroutine.resume(co)`,
      () => `local f = coroutine.wrap(function(...) ${this.pick(['error(...)', 'coroutine.yield(...)', 'return ...', `pcall(coroutine.yield, 1)`, `table.sort({3, 2, 1}, function(a, b) coroutine.yield(a) return a < b end)`, `return setmetatable({}, {__index = function(t, k) return coroutine.yield(k) end}).x`, `for k in coroutine.wrap(function() coroutine.yield(1) coroutine.yield() end) do coroutine.yield(k) end`])} end) return f(${any()}), f(${any()}), f()`,
      () => `return pcall(coroutine.wrap(function() ${this.pick(['error(nil)', 'error({})', "error('x', 0)", "error('x', 2)", 'nope()', 'return 1', `return coroutine.yield(${any()})`])} end))`,
      () => `return coroutine.${this.pick(['create', 'resume', 'wrap', 'status', 'yield', 'running'])}(${this.#args(2)})`,
      () => `local t = setmetatable({}, {__add = function(a, b) return pcall(coroutine.wrap(function() coroutine.yield(b) end)) end, __call = function(self, x) return coroutine.resume(coroutine.create(function(y) error(y) end), x) end}) return t + ${any()}, t(${any()})`,
    ])() // prettier-ignore
  }

  #errors(): string {
    const value = this.#any()
    const level = this.pick(['', ', 0', ', 1', ', 2', ', 3', ', 4', ', -1', ', 9'])
    return this.pick([
      () => `local function f() error(${value}${level}) end local function g() f() return 1 end g()`,
      () => `local function f() error('text'${level}) end local function g() return f() end g()`,
      () => `return pcall(error, ${value}${level})`,
      () =>
        `return xpcall(function() error(${value}${level}) end, function(e) ${this.pick(['return e', 'return type(e)', 'error(e)', 'return e, 2', 'return {e}', 'nope()'])} end)`,
      () =>
        `local ok, e = pcall(function() local x = ${value} return x.${this.pick(['a.b', 'a()', 'a:b()', 'a + 1', 'a .. 1', 'a < 1'])} end) return ok, e`,
      () => `return pcall(function(a, b) return a ${this.pick(['+', '..', '<', '==', '^', '%'])} b end, ${value}, ${this.#any()})`,
      () =>
        `local a = ${value} local f = function() ${this.pick(['a()', 'a.x()', 'a:x()', 'return -a', 'return #a', 'a.b.c = 1', 'a[nil] = 1', 'for i = 1, a do break end', 'for i in a do break end', 'return a .. a', 'local b = a b.c.d()'])} end f()`,
      () => `local t = setmetatable({}, {__index = function(t, k) error(${value}${level}) end}) return t.x`,
      () =>
        `return select(2, pcall(setmetatable({}, {__tostring = function() error(${value}) end}))), tostring(setmetatable({}, {__tostring = function() return ${value} end}))`,
      () => `assert(${this.pick(['false', 'nil', value])}, ${this.#any()})`,
    ])()
  }
}
