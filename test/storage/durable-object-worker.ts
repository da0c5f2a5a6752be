// A Durable Object with an engine in it, for workerd: each step is a write that must not be lost once it was answered.
import { createRedis, type EmbeddedRedis } from '../../src/adapters/memory.ts'
import { type DurableObjectStorage, durableObject } from '../../src/adapters/storage/durable-object.ts'

export class Kept {
  readonly #redis: Promise<EmbeddedRedis>

  constructor(state: { storage: DurableObjectStorage }) {
    const config = { appendonly: 'yes', appendfsync: 'always' }
    this.#redis = createRedis({ storage: durableObject(state.storage), save: '', config })
  }

  async fetch(request: Request): Promise<Response> {
    try {
      const redis = await this.#redis
      const { pathname } = new URL(request.url)
      if (pathname === '/step') {
        const [count] = await redis.multi().incr('count').set('large', 'x'.repeat(300_000)).exec() // prettier-ignore
        return new Response(String(count))
      }
      if (pathname === '/save') await redis.save()
      if (pathname === '/rewrite') await redis.bgrewriteaof()
      if (pathname === '/save') return new Response(String(await redis.lastsave()))
      return new Response((await redis.get('count')) ?? '0')
    } catch (error) {
      return new Response(`${String(error)} (${String((error as Error).cause)})`, { status: 500 })
    }
  }
}

interface Environment {
  KEPT: { idFromName(name: string): unknown; get(id: unknown): { fetch(request: Request): Promise<Response> } }
}

// oxlint-disable-next-line import/no-default-export -- how a worker says what it is
export default {
  fetch: (request: Request, { KEPT }: Environment): Promise<Response> => KEPT.get(KEPT.idFromName('one')).fetch(request),
}
