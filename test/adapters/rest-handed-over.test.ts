// `isodis serve` over REST: when a response goes out, seen from what the storage has by then.
import { expect, test } from 'vitest'
import { handedOverFirst } from '../../src/adapters/serve/rest/handed-over.ts'
import { createRestHandler } from '../../src/adapters/serve/rest-handler.ts'
import { pending, setup } from '../core/persistence/journal/setup.ts'
import { ask, TOKEN } from '../support/rest.ts'

test.each(['everysec', 'no', 'always'])(
  'under %s it waits until the files have what it tells of, whoever wrote it',
  async (appendfsync) => {
    const { redis, storage, clock } = await setup({ appendfsync, quick: true })
    const handler = handedOverFirst(redis.engine, createRestHandler(redis, { token: TOKEN }))
    let release = (): void => {}
    storage.before = (call) => (call === 'append' ? new Promise((resolve) => (release = resolve)) : undefined)
    redis.sync.set('a', 1)
    const written = ask(handler, '/set/b/1')
    const read = ask(handler, '/get/a')
    await clock.drain()
    await new Promise(setImmediate)
    expect([await pending(written), await pending(read)]).toEqual([true, true])
    release()
    await clock.drain()
    expect([(await written).body, (await read).body]).toEqual([{ result: 'OK' }, { result: '1' }])
    expect((await ask(handler, '/get/a')).body).toEqual({ result: '1' })
  },
)

test('that fails to be written is answered all the same under everysec, as by RESP, and refused from then on', async () => {
  const { redis, storage, clock } = await setup({ appendfsync: 'everysec', quick: true })
  const handler = handedOverFirst(redis.engine, createRestHandler(redis, { token: TOKEN }))
  storage.before = (call) => {
    if (call === 'append') throw new Error('no room')
  }
  const written = ask(handler, '/set/a/1')
  while (await pending(written)) {
    await clock.drain()
    await new Promise(setImmediate)
  }
  expect((await written).body).toEqual({ result: 'OK' })
  expect((await ask(handler, '/set/a/2')).body).toEqual({ error: 'MISCONF Errors writing to the AOF file: no room' })
})
