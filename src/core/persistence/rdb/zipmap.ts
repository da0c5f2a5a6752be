// The zipmap: Redis 2.4's small hash. Fields and values in turn; a value may have unused bytes behind it.
import { type ByteString, fromUint8Array } from '../../bytes.ts'
import { uint32 } from './integers.ts'

const END = 0xff
/** From here on a length takes four more bytes, and the count in the header is not kept. */
const LONG = 254

/** @returns fields and values in turn, null if the zipmap is damaged */
export function readZipmap(bytes: Uint8Array): ByteString[] | null {
  const elements: ByteString[] = []
  const last = bytes.length - 1
  if (last < 1 || bytes[last] !== END) return null
  for (let at = 1; at < last;) {
    let length = bytes[at++]
    if (length === LONG) {
      length = uint32(bytes, at)
      at += 4
    } else if (length === END) return null
    const unused = elements.length % 2 === 1 ? bytes[at++] : 0
    const end = at + length
    if (end + unused > last) return null
    elements.push(fromUint8Array(bytes, at, end))
    at = end + unused
  }
  return elements.length % 2 === 0 && (bytes[0] >= LONG || bytes[0] === elements.length / 2) ? elements : null
}
