// Snippets of Lua by EVAL on redis-server and on the engine: the same replies, errors to the letter, and the same data.
// They stand in corpus/*.lua, parted by lines of `---`; KEYS are k1 and k2, ARGV a1 and a2.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { lua } from '../../../src/scripts/lua/scripting.ts'
import { besideRedis } from '../../support/beside-redis.ts'

const corpus = new URL('corpus/', import.meta.url)
const { redis, engine } = besideRedis({ lua })

/** Everything that is stored, in a form that both give alike. */
const DATA = `local all = {} for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind = redis.call('TYPE', key).ok
  local value
  if kind == 'string' then value = redis.call('GET', key)
  elseif kind == 'hash' then local t = redis.call('HGETALL', key) local p = {} for i = 1, #t, 2 do p[#p + 1] = t[i] .. '=' .. t[i + 1] end table.sort(p) value = table.concat(p, ';')
  elseif kind == 'list' then value = table.concat(redis.call('LRANGE', key, 0, -1), ';')
  elseif kind == 'set' then local t = redis.call('SMEMBERS', key) table.sort(t) value = table.concat(t, ';')
  elseif kind == 'zset' then value = table.concat(redis.call('ZRANGE', key, 0, -1, 'WITHSCORES'), ';') end
  all[#all + 1] = key .. ':' .. kind .. ':' .. tostring(value)
end table.sort(all) return all`

for (const file of readdirSync(corpus).sort()) {
  const snippets = readFileSync(new URL(file, corpus), 'latin1').split(/^---\n/m)
  test.each(snippets.map((snippet) => [snippet.replace(/\n$/, '')]))(`${file}: %s`, async (snippet) => {
    const results = []
    for (const client of [redis.client, engine.client]) {
      await client.call('FLUSHALL')
      results.push(
        await client.pipeline([
          ['EVAL', snippet, '2', 'k1', 'k2', 'a1', 'a2'],
          ['EVAL', DATA, '0'],
        ]),
      )
    }
    expect(results[1]).toEqual(results[0])
  })
}
