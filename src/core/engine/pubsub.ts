// Who listens to what. Channels, patterns and shard channels are three registries of one shape.
import type { ByteString } from '../bytes.ts'
import { Push } from '../reply.ts'
import { matches } from './glob.ts'
import type { Session } from './session.ts'

export type Topic = 'channels' | 'patterns' | 'shards'

export class PubSub {
  readonly channels = new Map<ByteString, Set<Session>>()
  readonly patterns = new Map<ByteString, Set<Session>>()
  readonly shards = new Map<ByteString, Set<Session>>()

  /** @returns how many sessions heard it, one for each subscription that matches */
  publish(channel: ByteString, message: ByteString): number {
    let heard = 0
    for (const session of this.channels.get(channel) ?? []) {
      session.push(new Push(['message', channel, message]))
      heard++
    }
    for (const [pattern, sessions] of this.patterns) {
      if (!matches(pattern, channel)) continue
      for (const session of sessions) {
        session.push(new Push(['pmessage', pattern, channel, message]))
        heard++
      }
    }
    return heard
  }

  publishToShard(channel: ByteString, message: ByteString): number {
    const sessions = this.shards.get(channel) ?? new Set()
    for (const session of sessions) session.push(new Push(['smessage', channel, message]))
    return sessions.size
  }
}
