// The entry `isodis/drop-in/ioredis`: an unmodified ioredis client, version 5 or 6, on the engine in the same process.
import { admin } from '../../core/admin/admin.ts'
import { given } from '../given.ts'
import type { EmbeddedRedis } from '../embedded.ts'
import { InProcessStream } from './stream.ts'

/** Options for ioredis. Its type for `Connector` is a class with private members, another in each version; `never` fits them all. */
export interface IoredisOptions {
  /** What ioredis makes its connections with. */
  readonly Connector: never
}

/** What a client hands to its connector. */
interface ClientOptions {
  username?: string | null
  password?: string | null
  retryStrategy?: ((times: number) => unknown) | null
}

/**
 * The options that put an ioredis client on the engine: `new Redis(ioredisOn(redis))`, or with further options
 * `new Redis({ ...ioredisOn(redis), keyPrefix: 'app:' })`. There is no socket; host and port are ignored.
 * Clients made with it, and their duplicates, share the engine's data as they would share a server's. They end when the
 * engine is closed.
 */
export function ioredisOn(redis: EmbeddedRedis): IoredisOptions {
  const engine = given(redis.engine, 'ioredisOn', 'the client of createRedis()')
  admin.attach(engine)
  let lastId = 0

  class EngineConnector {
    #stream: InProcessStream | null = null

    /** @param options the client's own */
    constructor(options: ClientOptions) {
      const { retryStrategy } = options
      // It has nothing to come back to when the engine is closed, and ends without an error.
      if (retryStrategy) options.retryStrategy = (times) => (engine.closed ? null : retryStrategy(times))
    }

    /** Sentinel's question whether an address is still right. */
    check(): boolean {
      return true
    }

    async connect(): Promise<InProcessStream> {
      if (engine.closed) throw new Error('The engine is closed')
      const stream = new InProcessStream(engine, ++lastId)
      const end = (): void => void stream.destroy()
      engine.onClose.add(end)
      stream.once('close', () => engine.onClose.delete(end))
      return (this.#stream = stream)
    }

    disconnect(): void {
      this.#stream?.end()
    }
  }
  return { Connector: EngineConnector as never }
}

/** ioredis's `Redis`, of version 5 or 6. */
export type IoredisClass = abstract new (...args: never[]) => object
/** The part of it that tells whether its clients take their defaults from where they are put. */
type Probed = new (options: { lazyConnect: boolean }) => { disconnect(): void }

/**
 * Puts every client that is made from now on with `new Redis(...)` on the engine, whatever address, credentials, Sentinels or
 * options it is given: for tests of code that creates its own clients. Existing clients stay where they are.
 * @returns a function that ends this for later clients
 * @throws TypeError if it is not the class `Redis` of ioredis 5 or 6
 * @example allIoredisOn(Redis, await createTestRedis())
 */
export function allIoredisOn(Redis: IoredisClass, redis: EmbeddedRedis): () => void {
  const { Connector } = ioredisOn(redis) as { Connector: new (options: ClientOptions) => object }
  const { defaultOptions } = Redis as { defaultOptions?: { Connector?: unknown } }
  if (defaultOptions === undefined) throw new TypeError('allIoredisOn takes the class Redis of ioredis 5 or 6')
  const before = defaultOptions.Connector
  const restore = (): void => {
    defaultOptions.Connector = before
  }
  let made = 0
  // The engine has users of its own, if any: the server's are not there.
  defaultOptions.Connector = class extends Connector {
    constructor(options: ClientOptions) {
      super(options)
      options.username = options.password = null
      made++
    }
  }
  // ioredis says nowhere that its defaults are there: clients that went to a server after all would be worse than this.
  new (Redis as unknown as Probed)({ lazyConnect: true }).disconnect()
  if (made === 0) {
    restore()
    throw new TypeError('allIoredisOn does not know where this version of ioredis keeps its defaults: use new Redis(ioredisOn(redis))')
  }
  return restore
}
