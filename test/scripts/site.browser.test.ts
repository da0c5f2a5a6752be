// In a real browser, too, an error of a script names the line that wrote the statement.
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { defineScript } from '../../src/scripts/builder/define.ts'
import { scripts } from '../../src/scripts/engine.ts'

test('an error of a script names the line in the browser', async () => {
  const script = defineScript({ name: 'wrong', keys: { k: 'hash' } }, (_$, { k }) => {
    // Safari forgets where a function was that ends with a call.
    const length = k.hlen()
    return length
  })
  const redis = await createRedis({ scripts })
  await redis.set('k', 'text')
  await expect(redis.script(script)({ k: 'k' })).rejects.toThrow(/^WRONGTYPE .* \(script wrong, .*site\.browser\.test\.ts:\d+\)$/)
  await redis.close()
})
