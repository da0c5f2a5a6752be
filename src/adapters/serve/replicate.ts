// An embedded engine as the replica of a server: a copy of its data in this process, which follows every change.
/// <reference lib="esnext.disposable" preserve="true" />
import type { ConnectionOptions } from 'node:tls'
import { admin } from '../../core/admin/admin.ts'
import { encodeUtf8 } from '../../core/bytes.ts'
import { RedisError } from '../../core/client/errors.ts'
import type { Replication } from '../../core/replication/replication.ts'
import type { EmbeddedRedis } from '../embedded.ts'
import { dial, dialWith } from './dial.ts'

/** For `replicate`: which server, and how to log in there. */
export interface MasterOptions {
  /** Default: 127.0.0.1 */
  host?: string | undefined
  /** Default: 6379 */
  port?: number | undefined
  /** Default: the default user */
  username?: string | undefined
  /** Default: none */
  password?: string | undefined
  /** TLS: `true`, or Node's options, such as `{ ca, key, cert }`. Default: none */
  tls?: boolean | ConnectionOptions | undefined
}

/** What `replicate` began. */
export interface Replicating extends AsyncDisposable {
  /** Whether the master is connected now. While it is not, the data is as it was, and the connection is tried again each second. */
  readonly connected: boolean
  /** Follows it no more: the data stays, and can be written to from then on. */
  stop(): void
}

/**
 * Makes an embedded engine the replica of a redis-server, a Valkey or an `isodis serve`: it takes all data from there in place of its
 * own, follows every change, and can only be read. Reads need no network; they may be some milliseconds behind.
 * @returns once the data is there
 * @throws RedisError if the server cannot be reached, or refuses: then nothing has changed
 */
export async function replicate(redis: EmbeddedRedis, options: MasterOptions = {}): Promise<Replicating> {
  const { engine } = redis
  admin.attach(engine)
  engine.dial ??= dial
  const replication = engine.replication as Replication
  const { host = '127.0.0.1', port = 6379, username = '', password = '', tls = false } = options
  engine.config.set([
    ['masteruser', encodeUtf8(username)],
    ['masterauth', encodeUtf8(password)],
  ])
  replication.follow(tls === false ? engine.dial : dialWith(tls === true ? {} : tls), encodeUtf8(host), port)
  const { link } = replication
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      const up = link!.state === 'connected'
      if (!up && link!.failure === null && !link!.stopped) return
      replication.onProgress.delete(look)
      if (up) return resolve()
      if (replication.link === link) replication.lead()
      const { failure } = link!
      const reason = failure instanceof Error ? failure.message : 'it was told to stop'
      reject(new RedisError(`MASTERDOWN ${host}:${port} is not followed: ${reason}`, { cause: failure }))
    }
    replication.onProgress.add(look)
  })
  const stop = (): void => {
    if (replication.link === link) replication.lead()
  }
  return {
    get connected() {
      return link!.state === 'connected'
    },
    stop,
    async [Symbol.asyncDispose]() {
      stop()
    },
  }
}
