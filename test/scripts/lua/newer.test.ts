// What scripts have of Redis 7.4 to 8.4, which redis-server 7.0 cannot answer.
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis } from '../../../src/adapters/memory.ts'
import { lua } from '../../../src/scripts/lua/scripting.ts'

let redis: EmbeddedRedis
beforeEach(async () => {
  redis = await createRedis({ lua })
})
afterEach(() => redis.close())

const run = (script: string): unknown => redis.sync.call('EVAL', script, 0)

test('os.clock tells how long something takes, while redis.call("TIME") stands still', () => {
  const milliseconds = "local function ms() local time = redis.call('TIME') return time[1] * 1000 + math.floor(time[2] / 1000) end"
  const measured = 'local from, at = os.clock(), ms() repeat until os.clock() - from > 0.02'
  expect(run(`${milliseconds} ${measured} return {ms() - at, os.clock() - from < 5 and 'seconds'}`)).toEqual([0, 'seconds'])
})

test.each([
  // Off, as it is at first, arrays and objects without anything are the same.
  ["return cjson.encode(cjson.decode('[]'))", '{}'],
  ['return tostring(cjson.decode_array_with_array_mt())', 'false'],
  ["cjson.decode_array_with_array_mt('off') return cjson.encode(cjson.decode('[]'))", '{}'],
  ["cjson.decode_array_with_array_mt(true) return cjson.encode(cjson.decode('[]'))", '[]'],
  [`cjson.decode_array_with_array_mt(true) return cjson.encode(cjson.decode('{"a":[],"b":{},"c":[[]]}'))`, '{"a":[],"b":{},"c":[[]]}'],
  ["cjson.decode_array_with_array_mt(true) local t = cjson.decode('[1]') t[1] = nil return cjson.encode(t)", '[]'],
  ["cjson.decode_array_with_array_mt(true) local t = cjson.decode('[]') t[1] = 'x' t.y = 1 return cjson.encode(t)", '["x"]'],
  ["local j = cjson.new() j.decode_array_with_array_mt('on') return j.encode(j.decode('[]')) .. cjson.encode(cjson.decode('[]'))", '[]{}'],
  ['return cjson.encode(setmetatable({}, {__is_cjson_array = true}))', '[]'],
  ['return cjson.encode(setmetatable({}, {__is_cjson_array = false}))', '{}'],
])('%s', (script, json) => {
  expect(run(script)).toBe(json)
})

test('the mark of arrays belongs to all of them: a script cannot change it', () => {
  const marked = "cjson.decode_array_with_array_mt(true) local t = cjson.decode('[]')"
  expect(() => run(`${marked} getmetatable(t).__is_cjson_array = false`)).toThrow('Attempt to modify a readonly table')
  expect(() => run(`${marked} setmetatable(getmetatable(t), {})`)).toThrow('Attempt to modify a readonly table')
})

test.each(['error({})', 'error({err = {}})', 'error({err = true})'])(
  '%s is an error that nobody knows: redis-server 7.0 dies of it',
  (script) => {
    expect(() => run(script)).toThrow(/^ERR unknown error script: [\da-f]{40}, on @user_script:1\.$/)
  },
)
