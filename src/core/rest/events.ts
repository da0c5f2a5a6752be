// Server-sent events as Upstash uses them: `data: message,channel,payload`. A payload's further lines follow without the
// space behind the colon: any reader of event streams joins them, and @upstash/redis, which reads line by line, does not
// take them for messages of their own. Fields in base64 keep every byte: see agreed.ts.
import type { ByteString } from '../bytes.ts'

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
