// What goes to one connection before what goes to another.
import { expect, test } from 'vitest'
import { createRedis } from '../../../src/adapters/memory.ts'
import { Conversation } from '../../../src/core/resp/conversation.ts'

test('a message is on its way to its subscribers before who published it gets the reply', async () => {
  const redis = await createRedis()
  const sent: string[] = []
  const connect = (name: string): ((line: string) => void) => {
    const send = (bytes: string): void => void sent.push(`${name}: ${bytes.trim().split('\r\n').at(-1)}`)
    const carrier = { full: false, backlog: 0, send, end: () => {}, destroy: () => {} }
    const conversation = new Conversation(redis.engine, carrier, { address: '', local: '', isLocal: true })
    return (line) => conversation.receive(new TextEncoder().encode(`${line}\r\n`))
  }
  const [first, second, publisher] = ['first', 'second', 'publisher'].map(connect)
  first('SUBSCRIBE news')
  second('SUBSCRIBE news')
  publisher('PUBLISH news one\r\nPUBLISH news two')
  expect(sent).toEqual(['first: :1', 'second: :1', 'first: two', 'second: two', 'publisher: :2'])
  await redis.publish('news', 'three')
  expect(sent.slice(5)).toEqual(['first: three', 'second: three'])
  await redis.close()
})
