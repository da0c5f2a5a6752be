// The entry `isodis/drop-in/ioredis`: an unmodified ioredis client, version 5 or 6, on the engine in the same process.
import { admin } from '../../core/admin/admin.ts'
import { given } from '../given.ts'
import type { EmbeddedRedis } from '../memory.ts'
import { InProcessStream } from './stream.ts'

/** Options for ioredis. Its type for `Connector` is a class with private members, another in each version; `never` fits them all. */
export interface IoredisOptions {
  readonly Connector: never
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
