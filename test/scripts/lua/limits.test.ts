// What a script cannot do to the process: run for ever, fill the stack or the memory, change what others see.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../../src/adapters/memory.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'

let redis: EmbeddedRedis
beforeEach(async () => {
  redis = await createRedis({ lua: lua.with({ time: 100, hardTime: 200 }) })
})
afterEach(() => redis.close())

const run = (script: string): unknown => redis.sync.call('EVAL', script, 0)
const KILLED = 'ERR Script killed by user with SCRIPT KILL... script:'

test.each([
  ['while true do end'],
  ['repeat until false'],
  ['for i = 1, math.huge do end'],
  ['local function f() return f() end f()'],
  ['for k in function() return 1 end do end'],
  ['return string.find(string.rep("a", 30), string.rep("a-", 30) .. "b")'],
  ['return string.gsub(string.rep("a", 5000), ".-.-.-.-.-b", "")'],
  ['local t = setmetatable({}, {__index = function(t, k) return 1 end}) local i = 0 while t[i] do i = i + 1 end'],
  ['local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end'],
  ['local co = coroutine.wrap(function() while true do end end) co()'],
  ['while true do pcall(function() while true do end end) end'],
  ['xpcall(function() while true do end end, function() while true do end end)'],
  ['while true do pcall(error, "x") end'],
  ['table.sort({3, 1, 2}, function() while true do end end)'],
])('%s ends after the time limit', (script) => {
  expect(() => run(script)).toThrow(KILLED)
  expect(run('return 1')).toBe(1)
})

test('a script that has written is given more time, then ends too; what it wrote stays', () => {
  const start = performance.now()
  expect(() => run("redis.call('SET', 'key', 'value') while true do end")).toThrow(KILLED)
  expect(performance.now() - start).toBeGreaterThan(190)
  expect(redis.sync.get('key')).toBe('value')
})

test('where the clock stands still, the count of steps ends a script', async () => {
  const clock = { now: () => 1_700_000_000_000, after: () => null, soon: (next: () => void) => queueMicrotask(next) }
  await using still = await createRedis({ clock, lua: lua.with({ steps: 1_000_000 }) })
  expect(() => still.sync.call('EVAL', 'while true do end', 0)).toThrow(KILLED)
})

test.each([
  ['local function f() return f() + 1 end return f()'],
  ['local function f() return {f()} end return f()'],
  ['local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k .. "x"] end return t.x'],
  ['local function f(x) return (string.gsub("a", "a", f)) end return f()'],
  ['local t = {} for i = 1, 3 do t = setmetatable({}, {__concat = function(a, b) return a .. b end}) end return t .. t'],
  ['local function f() local ok, e = pcall(f) if not ok then error(e, 0) end return e end return f()'],
  ['local co co = function() return coroutine.wrap(co)() .. "" end return co()'],
  [`return ${'('.repeat(150)}1${')'.repeat(150)}${'+(1'.repeat(30)}${')'.repeat(30)}.x.y`],
  [`return ${'{'.repeat(300)}${'}'.repeat(300)}`],
  [`local f return f${'()'.repeat(100_000)}`],
  [`local x return ${'1+'.repeat(100_000)}1`],
])('deep recursion is an error, and the engine lives: %s', (script) => {
  expect(() => run(script)).toThrow(/stack overflow|too many syntax levels|attempt to index|Script killed/)
  expect(run('return 1')).toBe(1)
})

test('a call of a command in deep recursion is made whole or not at all', () => {
  run('local function f() redis.call("ZADD", "z", 1, "m" .. redis.call("ZCARD", "z")) return f() + 1 end pcall(f)')
  const members = redis.sync.zrange('z', 0, -1)
  expect(redis.sync.zcard('z')).toBe(members.length)
  expect(members.length).toBeGreaterThan(100)
  for (const member of members) expect(redis.sync.zscore('z', member)).toBe(1)
})

test('a function that ends with a call of itself can do so for ever', async () => {
  await using patient = await createRedis({ lua })
  expect(
    patient.sync.call('EVAL', 'local function f(n, sum) if n == 0 then return sum end return f(n - 1, sum + n) end return f(100000, 0)', 0),
  ).toBe(5_000_050_000)
})

test.each([
  ['local s = "x" for i = 1, 40 do s = s .. s end', 'string length overflow'],
  ['return string.rep("x", 1e9)', 'resulting string too large'],
  ['return string.rep("abc", 2^31 - 1)', 'resulting string too large'],
  ['return table.concat({1, 2, 3}, string.rep("x", 5e8))', 'string length overflow'],
  ['return string.gsub(string.rep("x", 1e6), "x", string.rep("y", 1000))', /not enough memory|string length overflow|Script killed/],
  ['return unpack({}, 1, 1e8)', 'too many results to unpack'],
  ['return string.byte(string.rep("x", 1e6), 1, -1)', 'string slice too long'],
  ['return string.format("%999d", 1)', 'invalid format'],
  ['return cjson.decode(string.rep("[", 1e6))', 'too many nested data structures'],
  ['local t = {} t[1] = t return cjson.encode(t)', 'excessive nesting'],
])('%s is bounded', (script, error) => {
  expect(() => run(script)).toThrow(error)
  expect(run('return 1')).toBe(1)
})

test('scripts share nothing and reach nothing of the host', () => {
  for (const name of ['globalThis', 'process', 'require', 'constructor', '__proto__', 'io', 'debug', 'dofile', 'print', 'setfenv']) {
    expect(() => run(`return ${name}`)).toThrow(`nonexistent global variable '${name}'`)
  }
  expect(run('local names = {} for name in pairs(os) do names[#names + 1] = name end return names')).toEqual(['clock'])
  for (const key of ['constructor', '__proto__', 'prototype', 'length', 'call', 'run', 'toString']) {
    expect(run(`local t = {} return {tostring(t["${key}"]), tostring(("x")["${key}"]), tostring(rawget(string, "${key}"))}`)).toEqual([
      'nil',
      'nil',
      'nil',
    ])
    expect(run(`local t = {["${key}"] = 5} t["${key}"] = t["${key}"] + 1 return t["${key}"]`)).toBe(6)
  }
  expect(() => run('string.format = nil')).toThrow('Attempt to modify a readonly table')
  expect(() => run('table.insert(string, 1)')).toThrow('Attempt to modify a readonly table')
  expect(() => run('rawset(redis, "call", nil)')).toThrow('Attempt to modify a readonly table')
  expect(() => run('table.sort(KEYS, 5)')).toThrow('function expected')
  run('KEYS.mine = 1 ARGV[1] = 5')
  expect(run('return {tostring(KEYS.mine), tostring(ARGV[1])}')).toEqual(['nil', 'nil'])
})

test('error codes that scripts make up are counted by name for the first 128, as one beyond these', async () => {
  for (let i = 0; i < 300; i++) await redis.eval('return redis.error_reply(ARGV[1])', [], [`CODE${i} x`]).catch(() => {})
  await redis.eval('return redis.error_reply(ARGV[1])', [], ['CODE5 x']).catch(() => {})
  const stats = async (section: string): Promise<string[]> => (await redis.info(section)).trim().split('\r\n').slice(1)
  const counts = await stats('errorstats')
  expect(counts).toHaveLength(129)
  expect(counts[5]).toBe('errorstat_CODE5:count=2')
  expect(counts[128]).toBe('errorstat_ERRORSTATS_OVERFLOW:count=172')
  expect(await stats('stats')).toContain('total_error_replies:301')
  await redis.configResetstat()
  expect(await stats('errorstats')).toEqual([])
})
