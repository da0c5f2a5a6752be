// How ioredis is told to listen, and how it tells of messages.
import { type ByteString, encodeUtf8, fromUint8Array } from '../../core/bytes.ts'
import type { Topic } from '../../core/client/backend.ts'
import { Push } from '../../core/reply.ts'
import type { Connection } from './client.ts'

export const METHODS = { channels: 'subscribe', patterns: 'psubscribe', shards: 'ssubscribe' } as const satisfies Record<Topic, string>
const KINDS = ['message', 'pmessage', 'smessage'] as const

/** Gives on the messages that a connection gets. */
export function hear(connection: Connection, onPush: (push: Push) => void): void {
  for (const kind of KINDS) connection.on(`${kind}Buffer`, (...parts) => onPush(new Push([kind, ...parts.map(bytesOf)])))
}

const bytesOf = (part: unknown): ByteString => (typeof part === 'string' ? encodeUtf8(part) : fromUint8Array(part as Uint8Array))
