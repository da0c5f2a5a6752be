// FUNCTION, FCALL and SCRIPT beside redis-server: the same command lines, the same replies.
import { beforeEach, expect, test } from 'vitest'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { besideRedis } from '../../support/beside-redis.ts'
import { RespClient, type WireReply } from '../../support/resp-client.ts'

const { redis, engine } = besideRedis({ lua, operated: true })
beforeEach(async () => {
  for (const client of [redis.client, engine.client]) {
    await client.pipeline([['HELLO', '2'], ['FLUSHALL'], ['FUNCTION', 'FLUSH'], ['SCRIPT', 'FLUSH'], ['CONFIG', 'SET', 'maxmemory', '0']])
  }
})

/** Libraries and functions come in the order of Redis's hash tables, and of several that clash any is named. */
function sorted(reply: WireReply): WireReply {
  if (typeof reply.value === 'string')
    return { ...reply, value: reply.value.replace(/^ERR Library (?:aa|bb) already/, 'ERR Library … already') }
  if (!Array.isArray(reply.value)) return reply
  const value = reply.value.map(sorted)
  const named = value.every((each) => Array.isArray(each.value) && ['name', 'library_name'].includes(each.value[0]?.value as string))
  return { type: reply.type, value: named ? value.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : value }
}

async function same(...lines: readonly string[][]): Promise<WireReply[]> {
  const results = []
  for (const argv of lines) {
    const [expected, actual] = [sorted(await redis.client.call(...argv)), sorted(await engine.client.call(...argv))]
    expect(actual, argv.join(' ')).toEqual(expected)
    results.push(actual)
  }
  return results
}

const LIBRARY = `#!lua name=mylib
local function double(x) return x * 2 end
redis.register_function("echo", function(keys, args) return {keys, args} end)
redis.register_function("twice", function(keys, args) return double(tonumber(args[1])) end)
redis.register_function("set", function(keys, args) return redis.call("SET", keys[1], args[1]) end)
redis.register_function{function_name = "read", description = "reads", flags = {"no-writes", "allow-stale"}, callback = function(keys) return redis.call("GET", keys[1]) end}
redis.register_function{function_name = "sneaky", flags = {"no-writes"}, callback = function(keys) return redis.call("SET", keys[1], 1) end}
redis.register_function("fails", function() error("oops") end)
redis.register_function("unknown", function() return redis.call("nope") end)
redis.register_function("keysglobal", function() return KEYS end)
redis.register_function("late", function() redis.register_function("zz", function() end) end)
redis.register_function("globals", function() x = 1 end)
redis.register_function("api", function() local t = {} for k, v in pairs(redis) do t[#t + 1] = k .. ":" .. type(v) end table.sort(t) return t end)
redis.register_function("base", function() local t = {} for k, v in pairs(_G) do t[#t + 1] = k .. ":" .. type(v) end table.sort(t) return #t end)
`

test('a library is loaded and its functions are called', async () => {
  await same(['FUNCTION', 'LOAD', LIBRARY])
  for (const name of [
    'echo',
    'ECHO',
    'twice',
    'set',
    'read',
    'sneaky',
    'fails',
    'unknown',
    'keysglobal',
    'late',
    'globals',
    'api',
    'nope',
  ]) {
    await same(['FCALL', name, '1', 'key', '21', 'b'], ['FCALL_RO', name, '1', 'key', '21', 'b'])
  }
  await same(
    ['FCALL', 'echo', 'x'],
    ['FCALL', 'echo', '-1'],
    ['FCALL', 'echo', '5', 'a'],
    ['FCALL', 'echo', '0'],
    ['FCALL', 'echo'],
    ['FCALL', 'echo', '2', 'a', 'b', 'c'],
    ['GET', 'key'],
    ['FUNCTION', 'STATS'],
    ['FUNCTION', 'LIST'],
    ['FUNCTION', 'LIST', 'WITHCODE', 'LIBRARYNAME', 'MY*'],
    ['FUNCTION', 'LIST', 'LIBRARYNAME', 'nope'],
  )
  for (const client of [redis.client, engine.client]) await client.call('HELLO', '3')
  await same(['FUNCTION', 'STATS'], ['FUNCTION', 'LIST'], ['FCALL', 'echo', '1', 'a', 'b'])
})

const lib = (body: string, name = 'l'): string => `#!lua name=${name}\n${body}`
const OK = 'redis.register_function("f", function() return 1 end)'

test.each([
  ['return 1'],
  ['#!lua'],
  ['#!lua name=a'],
  ['#!lua\nx'],
  ['#!lua name=a b\nx'],
  ['#!lua name=\nx'],
  ['#!js name=a\nx'],
  ['#!lua name=a-b\nx'],
  ['#!lua name=b name=c\nx'],
  ['#!LUA name=a\nreturn 1'],
  ['#!lua NAME=a\nreturn 1'],
  ['#!lua  name=cc  \nreturn foo'],
  ['#!lua name="c c"\nreturn foo'],
  [lib('x')],
  [lib('return 1')],
  [lib('redis.call("get", "x")')],
  [lib('redis.register_function("f-g", function() end)')],
  [lib('redis.register_function("f")')],
  [lib('redis.register_function(1)')],
  [lib('redis.register_function(1, 2)')],
  [lib('redis.register_function({}, function() end)')],
  [lib('redis.register_function()')],
  [lib('redis.register_function("a", "b", "c")')],
  [lib('redis.register_function("g", 2)')],
  [lib('redis.register_function{function_name="g"}')],
  [lib('redis.register_function{callback=function() end}')],
  [lib('redis.register_function{function_name={}, callback=function() end}')],
  [lib('redis.register_function{function_name="g", callback=5}')],
  [lib('redis.register_function{function_name="g", callback=function() end, flags={"bad"}}')],
  [lib('redis.register_function{function_name="g", callback=function() end, flags=1}')],
  [lib('redis.register_function{function_name="g", callback=function() end, foo=1}')],
  [lib('redis.register_function{function_name="g", callback=function() end, description={}}')],
  [lib('redis.register_function{function_name="g", callback=function() end, description=1}')],
  [lib('redis.register_function("g", function() end) redis.register_function("G", function() end)')],
  [lib('redis.register_function{1}')],
  [lib('redis.register_function{function_name="g", callback=function() end, flags={"allow-stale", "no-writes", "allow-stale"}}')],
  [lib('redis.register_function{function_name="g", callback=function() end, flags={"no-writes", nil, "bad"}}')],
  [`#!lua "name=quoted"\n${OK}`],
  [`#!lua name='quoted'\n${OK}`],
  [`#!lua name="quoted"x\n${OK}`],
  [`#!lua name="quoted\n${OK}`],
  [lib('x = 1')],
  [lib('redis.foo = 1')],
  [lib('return foo')],
  [lib('error("x")')],
  [lib('return math.random()')],
  [lib('return redis.sha1hex("x")')],
  [lib('local f = _G')],
  [lib('local a = nil + 1')],
  [lib(`local v = redis.REDIS_VERSION .. redis.LOG_WARNING redis.log(1, "x") ${OK}`)],
  [lib('while true do end')],
])('FUNCTION LOAD %j', async (code) => {
  await same(['FUNCTION', 'LOAD', code], ['FUNCTION', 'LIST'])
})

test('names are taken, replaced and deleted', async () => {
  await same(
    ['FUNCTION', 'LOAD', lib(OK, 'a')],
    ['FUNCTION', 'LOAD', lib(OK, 'a')],
    ['FUNCTION', 'LOAD', lib(OK, 'b')],
    ['FUNCTION', 'LOAD', 'REPLACE', lib('x', 'a')],
    ['FUNCTION', 'LOAD', 'REPLACE', lib('error("boom")', 'a')],
    ['FCALL', 'f', '0'],
    ['FUNCTION', 'LOAD', 'REPLACE', lib('redis.register_function("g", function() return 2 end)', 'a')],
    ['FCALL', 'f', '0'],
    ['FCALL', 'g', '0'],
    ['FUNCTION', 'LOAD', lib(OK, 'b')],
    ['FUNCTION', 'STATS'],
    ['FUNCTION', 'DELETE', 'A'],
    ['FUNCTION', 'DELETE', 'a'],
    ['FUNCTION', 'DELETE', 'a'],
    ['FCALL', 'g', '0'],
    ['FUNCTION', 'FLUSH', 'SYNC', 'x'],
    ['FUNCTION', 'FLUSH', 'foo'],
    ['FUNCTION', 'FLUSH', 'ASYNC'],
    ['FUNCTION', 'LIST'],
    ['FUNCTION', 'LIST', 'LIBRARYNAME'],
    ['FUNCTION', 'LIST', 'foo'],
    ['FUNCTION', 'LOAD'],
    ['FUNCTION', 'LOAD', 'FOO', 'x'],
    ['FUNCTION', 'KILL'],
    ['FUNCTION', 'NOPE'],
  )
})

test('a dump of libraries is restored by either', async () => {
  await same(['FUNCTION', 'LOAD', lib(OK, 'aa')], ['FUNCTION', 'LOAD', lib('redis.register_function("g", function() return 2 end)', 'bb')])
  for (const client of [redis.client, engine.client]) {
    const dump = (await client.call('FUNCTION', 'DUMP')).value as string
    for (const policy of [[], ['APPEND'], ['REPLACE'], ['FLUSH'], ['FOO'], ['APPEND', 'x']])
      await same(['FUNCTION', 'RESTORE', dump, ...policy])
    await same(['FUNCTION', 'FLUSH'], ['FUNCTION', 'LOAD', lib(OK, 'other')])
    for (const policy of [[], ['REPLACE'], ['FLUSH']])
      await same(['FUNCTION', 'RESTORE', dump, ...policy], ['FUNCTION', 'LIST'], ['FCALL', 'f', '0'])
    await same(['FUNCTION', 'RESTORE', 'short'], ['FUNCTION', 'RESTORE', `${dump.slice(0, -1)}x`])
  }
  // Functions that have moved from one library to another that is replaced too.
  const having = (name: string): string => `redis.register_function('${name}', function() return 1 end)`
  await same(['FUNCTION', 'FLUSH'], ['FUNCTION', 'LOAD', lib(having('f'), 'a')], ['FUNCTION', 'LOAD', lib(having('g'), 'b')])
  const dump = (await redis.client.call('FUNCTION', 'DUMP')).value as string
  await same(['FUNCTION', 'FLUSH'], ['FUNCTION', 'LOAD', lib(having('g'), 'a')], ['FUNCTION', 'LOAD', lib(having('f'), 'b')])
  await same(['FUNCTION', 'RESTORE', dump, 'REPLACE'], ['FUNCTION', 'LIST'], ['FUNCTION', 'FLUSH'])
  await same(['SET', 'k', 'v'])
  const value = (await redis.client.call('DUMP', 'k')).value as string
  await same(['FUNCTION', 'RESTORE', value], ['FUNCTION', 'FLUSH'], ['FUNCTION', 'DUMP'])
})

test('SCRIPT and EVALSHA reply as redis-server does', async () => {
  const text = 'return ARGV[1]'
  const [loaded] = await same(['SCRIPT', 'LOAD', text])
  const sha = loaded.value as string
  await same(
    ['EVALSHA', sha, '0', 'x'],
    ['EVALSHA', sha.toUpperCase(), '0', 'x'],
    ['EVALSHA_RO', sha, '0', 'x'],
    ['EVALSHA', 'nope', '0'],
    ['EVALSHA', '0'.repeat(40), '0'],
    ['EVALSHA', '0'.repeat(40), 'x'],
    ['EVALSHA', sha, 'x'],
    ['EVALSHA', sha, '3', 'x'],
    ['EVALSHA', sha, '-1', 'x'],
    ['SCRIPT', 'EXISTS', sha, sha.toUpperCase(), 'nope'],
    ['SCRIPT', 'LOAD', 'x x'],
    ['SCRIPT', 'LOAD', '#!js\nreturn 1'],
    ['SCRIPT', 'FLUSH', 'foo'],
    ['SCRIPT', 'FLUSH', 'SYNC'],
    ['SCRIPT', 'EXISTS', sha],
    ['SCRIPT', 'KILL'],
    ['SCRIPT', 'DEBUG', 'NO'],
    ['SCRIPT', 'DEBUG', 'maybe'],
    ['SCRIPT', 'NOPE'],
    ['EVAL', text, '1'],
    ['EVAL', text, 'x'],
    ['EVAL', text, '-1'],
    ['EVAL', text],
    ['EVAL_RO', 'return redis.call("SET", "k", 1)', '0'],
    ['EVAL_RO', 'return redis.call("GET", "k")', '0'],
    ['EVAL_RO', '#!lua\nreturn 1', '0'],
    ['EVAL_RO', '#!lua flags=no-writes\nreturn redis.call("GET", "k")', '0'],
  )
})

test('inside MULTI, with WATCH, and with a database of its own', async () => {
  const other = { real: await RespClient.connect({ path: redis.path }), ours: await RespClient.connect({ path: engine.path }) }
  await same(
    ['MULTI'],
    ['EVAL', 'return redis.call("INCR", KEYS[1])', '1', 'n'],
    ['EVAL', 'return redis.call("NOPE")', '0'],
    ['EVAL', 'x x', '0'],
    ['EVALSHA', '0'.repeat(40), '0'],
    ['EXEC'],
    ['WATCH', 'n'],
  )
  for (const client of [other.real, other.ours]) await client.call('EVAL', 'return redis.call("INCR", KEYS[1])', '1', 'n')
  await same(
    ['MULTI'],
    ['GET', 'n'],
    ['EXEC'],
    ['SELECT', '2'],
    ['EVAL', 'redis.call("SET", "here", 2) redis.call("SELECT", 3) return redis.call("SET", "there", 3)', '0'],
    ['GET', 'here'],
    ['GET', 'there'],
    ['SELECT', '3'],
    ['GET', 'there'],
    ['SELECT', '0'],
  )
  for (const client of Object.values(other)) client.close()
})

test('what a script pushes wakes those who wait, once it has ended', async () => {
  for (const [path, client] of [
    [redis.path, redis.client],
    [engine.path, engine.client],
  ] as const) {
    const waiter = await RespClient.connect({ path })
    const popped = waiter.call('BLPOP', 'queue', '5')
    await expect.poll(async () => (await client.call('INFO', 'clients')).value).toContain('blocked_clients:1')
    await client.call('EVAL', 'redis.call("RPUSH", KEYS[1], "a", "b") redis.call("LPOP", KEYS[1]) return 1', '1', 'queue')
    expect(await popped).toEqual({
      type: '*',
      value: [
        { type: '$', value: 'queue' },
        { type: '$', value: 'b' },
      ],
    })
    waiter.close()
  }
  // Inside a script nothing waits.
  await same(['EVAL', 'return redis.call("BLPOP", "nothing", 0)', '0'], ['EVAL', 'return redis.call("BRPOPLPUSH", "a", "b", 0)', '0'])
})

test('with full memory scripts may do what redis-server lets them', async () => {
  await same(['SET', 'key', 'value'], ['CONFIG', 'SET', 'maxmemory', '1'])
  await same(
    ['EVAL', 'return redis.call("SET", "x", 1)', '0'],
    ['EVAL', 'redis.call("DEL", "key") return redis.call("SET", "x", 1)', '0'],
    ['EVAL', 'return redis.call("GET", "x")', '0'],
    ['EVAL', '#!lua\nreturn 1', '0'],
    ['EVAL', '#!lua flags=allow-oom\nreturn redis.call("SET", "y", 1)', '0'],
    ['EVAL', '#!lua flags=no-writes\nreturn redis.call("GET", "y")', '0'],
    ['CONFIG', 'SET', 'maxmemory', '0'],
  )
})

test('scripts cause the same keyspace events', async () => {
  const seen = []
  for (const [path, client] of [
    [redis.path, redis.client],
    [engine.path, engine.client],
  ] as const) {
    const listener = await RespClient.connect({ path })
    await client.call('CONFIG', 'SET', 'notify-keyspace-events', 'KEA')
    await listener.call('PSUBSCRIBE', '__key*__:*')
    await client.call('EVAL', 'redis.call("SET", KEYS[1], 1) redis.call("DEL", KEYS[1]) redis.call("LPUSH", "l", 1)', '1', 'key')
    await expect.poll(() => listener.pushed.length).toBe(6)
    seen.push(listener.pushed)
    listener.close()
  }
  expect(seen[1]).toEqual(seen[0])
})

test('whether there is memory is asked before what a script may do', async () => {
  await same(
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['EVAL_RO', '#!lua\nreturn 1', '0'],
    ['EVAL_RO', '#!lua flags=allow-oom\nreturn 1', '0'],
    ['CONFIG', 'SET', 'maxmemory', '0'],
  )
})

test('a user who may not run a command hears so before that the script only reads', async () => {
  await same(
    ['ACL', 'SETUSER', 'default', '-set'],
    ['EVAL_RO', "return redis.call('SET', KEYS[1], 1)", '1', 'k'],
    ['EVAL', "#!lua flags=no-writes\nreturn redis.call('SET', KEYS[1], 1)", '1', 'k'],
    ['ACL', 'SETUSER', 'default', '+set'],
  )
})
