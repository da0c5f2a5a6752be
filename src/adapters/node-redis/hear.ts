// How node-redis is told to listen, and how it tells of messages.
import { decodeUtf8, fromUint8Array } from '../../core/bytes.ts'
import { Push } from '../../core/reply.ts'
import type { Heard } from '../connections/connection.ts'
import type { Ears, Listener } from './client.ts'

const METHODS = { channels: 'subscribe', patterns: 'pSubscribe', shards: 'sSubscribe' } as const
const UNDO = { channels: 'unsubscribe', patterns: 'pUnsubscribe', shards: 'sUnsubscribe' } as const

/** Resolves once the server has confirmed all. @returns what takes it back */
export async function hear(ears: Ears, { topic, names, onPush }: Heard): Promise<() => Promise<unknown>> {
  // A listener for each name: one of several patterns would not be told which.
  const listeners = new Map<string, Listener>()
  for (const name of names) {
    const said = topic === 'patterns' ? ['pmessage', name] : [topic === 'shards' ? 'smessage' : 'message']
    listeners.set(decodeUtf8(name), (message, channel) => onPush(new Push([...said, fromUint8Array(channel), fromUint8Array(message)])))
  }
  await Promise.all([...listeners].map(([name, listener]) => ears[METHODS[topic]]([name], listener, true)))
  return () => Promise.all([...listeners].map(([name, listener]) => ears[UNDO[topic]]([name], listener as never, true)))
}
