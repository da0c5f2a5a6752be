// Lua on the engine: beside EVALSHA on a local redis-server, fengari with calls into the same engine, ioredis-mock's EVAL
// (which runs fengari too), and PUC's own interpreter for what needs no Redis.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
// @ts-expect-error it has no types
import fengari from 'fengari'
import { Redis as IORedis } from 'ioredis'
import IORedisMock from 'ioredis-mock'
import { createRedis } from '../src/adapters/memory.ts'
import { lua } from '../src/scripts/lua/scripting.ts'
import { startRedisServer } from '../test/support/redis-server.ts'
import { type Candidate, median, report, speeds } from './harness.ts'

interface LuaState {
  readonly nominal: 'lua_State'
}
const {
  lua: api,
  lauxlib,
  lualib,
  to_luastring: bytes,
  to_jsstring: text,
} = fengari as {
  lua: {
    lua_pushcfunction(L: LuaState, fn: (L: LuaState) => number): void
    lua_setglobal(L: LuaState, name: Uint8Array): void
    lua_tostring(L: LuaState, index: number): Uint8Array
    lua_pushstring(L: LuaState, value: Uint8Array): void
    lua_pushnil(L: LuaState): void
    lua_gettop(L: LuaState): number
    lua_pushvalue(L: LuaState, index: number): void
    lua_call(L: LuaState, args: number, results: number): void
    lua_settop(L: LuaState, index: number): void
  }
  lauxlib: {
    luaL_newstate(): LuaState
    luaL_loadstring(L: LuaState, source: Uint8Array): number
    luaL_tolstring(L: LuaState, index: number): Uint8Array
  }
  lualib: { luaL_openlibs(L: LuaState): void }
  to_luastring(value: string): Uint8Array
  to_jsstring(value: Uint8Array): string
}

const server = await startRedisServer()
const ioredis = new IORedis({ path: server.path })
const mock = new IORedisMock()
const redis = await createRedis({ lua })
const session = redis.engine.connect({ trusted: true })

const FIELDS = Array.from({ length: 1000 }, (_, i) => [`f${i}`, String(i * 3)])
for (const client of [ioredis, mock]) {
  await client.hset('hash', Object.fromEntries(FIELDS))
  await client.set('key', 'value')
}
await redis.hset('hash', Object.fromEntries(FIELDS))
await redis.set('key', 'value')

/** A function of fengari that runs a chunk, with `redis.call` on the same engine. */
function inFengari(source: string): () => string {
  const L = lauxlib.luaL_newstate()
  lualib.luaL_openlibs(L)
  api.lua_pushcfunction(L, (state) => {
    const argv = Array.from({ length: api.lua_gettop(state) }, (_, i) => text(api.lua_tostring(state, i + 1)))
    const reply = session.execute(argv)
    if (typeof reply === 'string' || typeof reply === 'number') api.lua_pushstring(state, bytes(String(reply)))
    else api.lua_pushnil(state)
    return 1
  })
  api.lua_setglobal(L, bytes('call'))
  if (lauxlib.luaL_loadstring(L, bytes(`local redis = { call = call } ${source}`)) !== 0) throw new Error(text(api.lua_tostring(L, -1)))
  return () => {
    api.lua_pushvalue(L, -1)
    api.lua_call(L, 0, 1)
    const result = text(lauxlib.luaL_tolstring(L, -1))
    api.lua_settop(L, 1)
    return result
  }
}

const HGETS = `local sum = 0
local seen = {}
for i = 0, 999 do
  local value = redis.call('HGET', 'hash', 'f' .. i)
  sum = sum + tonumber(value) * 2 % 7
  seen[#seen + 1] = value
end
return sum + #seen`
const SMALL = `local value = redis.call('GET', KEYS[1])
if value == ARGV[1] then redis.call('SET', KEYS[1], ARGV[1]) return 1 end
return 0`

const repeat =
  (name: string, step: () => unknown): Candidate => ({ name, run: async (count) => {
    for (let i = 0; i < count; i++) await step()
  } }) // prettier-ignore
const sync = (name: string, step: () => unknown): Candidate => ({ name, run: (count) => {
  for (let i = 0; i < count; i++) step()
} }) // prettier-ignore
const ratio = (all: Map<string, number>, peer: string): number => all.get('isodis')! / all.get(peer)!

const sha = (script: string): string => createHash('sha1').update(script).digest('hex')
const [hgetsSha, smallSha] = [sha(HGETS), sha(SMALL)]
await ioredis.script('LOAD', HGETS)
await ioredis.script('LOAD', SMALL)
const expected = await ioredis.evalsha(hgetsSha, 0)
if (redis.sync.call('EVAL', HGETS, 0) !== expected || Number(inFengari(HGETS)()) !== expected) throw new Error('the scripts do not agree')

const hgets = await speeds([
  repeat('isodis', () => redis.call('EVALSHA', hgetsSha, 0)),
  repeat('redis-server', () => ioredis.evalsha(hgetsSha, 0)),
])
report({
  name: '1000 HGETs with arithmetic and a table',
  value: hgets.get('isodis')!,
  unit: 'scripts/s',
  peer: 'EVALSHA on redis-server',
  ratio: ratio(hgets, 'redis-server'),
  least: 4,
})
const foreign = await speeds([sync('isodis', () => redis.sync.call('EVALSHA', hgetsSha, 0)), sync('fengari', inFengari(HGETS))])
report({
  name: '1000 HGETs with arithmetic and a table',
  value: foreign.get('isodis')!,
  unit: 'scripts/s',
  peer: 'fengari on the same engine',
  ratio: ratio(foreign, 'fengari'),
  least: 20,
})

redis.sync.call('SCRIPT', 'LOAD', SMALL)
const small = await speeds([
  repeat('isodis', () => redis.call('EVALSHA', smallSha, 1, 'key', 'value')),
  repeat('redis-server', () => ioredis.evalsha(smallSha, 1, 'key', 'value')),
  repeat('mock', () => mock.eval(SMALL, 1, 'key', 'value')),
])
report(
  {
    name: 'get, compare, set; awaited',
    value: small.get('isodis')!,
    unit: 'scripts/s',
    peer: 'EVALSHA through ioredis',
    ratio: ratio(small, 'redis-server'),
    least: 15,
  },
  {
    name: 'get, compare, set; awaited',
    value: small.get('isodis')!,
    unit: 'scripts/s',
    peer: 'ioredis-mock',
    ratio: ratio(small, 'mock'),
    least: 200,
  },
)

const PURE: Readonly<Record<string, string>> = {
  'fibonacci 25': 'local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end return fib(25)',
  'string building': `local parts = {} for i = 1, 5000 do parts[#parts + 1] = string.format('%d:%s', i, 'x' .. i) end
    return #table.concat(parts, ',')`,
  'sorting 10 000 numbers': `local t = {} for i = 1, 10000 do t[i] = i * 7919 % 10007 end
    table.sort(t, function(a, b) return a > b end) table.sort(t) return t[1]`,
  'pattern matching': `local n, text = 0, string.rep('hello world 12345 foo=bar ', 200)
    for word, digits in string.gmatch(text, '(%a+)%s*=?(%d*)') do n = n + #word + #digits end
    return n + #string.gsub(text, '(%w+)=(%w+)', '%2=%1')`,
}
for (const [name, source] of Object.entries(PURE)) {
  const theirs = inFengari(source)
  if (Number(theirs()) !== redis.sync.call('EVAL', source, 0)) throw new Error(`${name}: the results differ`)
  const all = await speeds([sync('isodis', () => redis.sync.call('EVAL', source, 0)), sync('fengari', theirs)])
  report({ name, value: all.get('isodis')!, unit: 'runs/s', peer: 'fengari', ratio: ratio(all, 'fengari'), least: 5 })
  const puc = inPuc(source)
  if (puc !== null) report({ name, value: all.get('isodis')!, unit: 'runs/s', peer: 'lua5.1 (PUC, in C)', ratio: all.get('isodis')! / puc })
}

/** Runs a second of lua5.1, which a machine need not have. */
function inPuc(source: string): number | null {
  const timed = `local function run() ${source} end
    local rates = {}
    for round = 1, 9 do
      local start, count = os.clock(), 0
      repeat run() count = count + 1 until os.clock() - start > 0.04
      rates[round] = count / (os.clock() - start)
    end
    print(table.concat(rates, ' '))`
  const { stdout, status } = spawnSync('lua5.1', ['-e', timed], { encoding: 'utf8' })
  return status === 0 ? median(stdout.split(' ').map(Number)) : null
}

ioredis.disconnect()
mock.disconnect()
await server.stop()
process.exit(0)
