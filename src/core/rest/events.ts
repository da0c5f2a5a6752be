// Server-sent events as Upstash uses them: `data: message,channel,payload`. A payload's further lines follow without the
// space behind the colon: any reader of event streams joins them, and @upstash/redis, which reads line by line, does not
// take them for messages of their own. Fields in base64 keep every byte: see agreed.ts.
import type { ByteString } from '../bytes.ts'
import type { Topic } from '../client/backend.ts'

declare const btoa: (bytes: ByteString) => string

/** One event. */
export function eventOf(data: ByteString): ByteString {
  const [first, ...further] = data.split(/\r\n|\r|\n/)
  // A reader drops one space behind the colon.
  return `data: ${first}\n${further.map((line) => `data:${line.startsWith(' ') ? ' ' : ''}${line}\n`).join('')}\n`
}

/** What a message's event says. */
export function messageData(fields: readonly ByteString[], base64: boolean): ByteString {
  return base64 ? [fields[0], ...fields.slice(1).map((field) => btoa(field))].join(',') : fields.join(',')
}

/** What can be subscribed to, by the path that asks for it. */
export const TOPICS: Readonly<Record<string, Topic>> = { subscribe: 'channels', psubscribe: 'patterns' }

/** What the events of a new subscription say, a name each. @param kind the path that asked for it */
export function confirmations(kind: string, names: readonly ByteString[], base64: boolean): ByteString[] {
  return names.map((name, i) => messageData([kind, name, String(i + 1)], base64))
}

/** Begins to listen. Messages that come before the confirmation are shown after it. */
export async function confirmedFirst<T>(
  confirmed: readonly ByteString[],
  show: (data: ByteString) => void,
  listen: (hear: (data: ByteString) => void) => Promise<T>,
): Promise<T> {
  let early: ByteString[] | null = []
  const begun = await listen((data) => void (early === null ? show(data) : early.push(data)))
  for (const data of [...confirmed, ...early]) show(data)
  early = null
  return begun
}
