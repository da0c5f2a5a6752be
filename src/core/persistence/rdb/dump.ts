// DUMP payloads: one value as a file would hold it, the format's version and a checksum. Redis's RESTORE takes ours, and
// this one takes Redis's.
import { type ByteString, fromUint8Array, toUint8Array } from '../../bytes.ts'
import type { Value } from '../../engine/values.ts'
import { ReplyError } from '../../reply.ts'
import { ByteSink } from './byte-sink.ts'
import { ByteSource } from './byte-source.ts'
import { Crc64 } from './crc64.ts'
import { FIELD_EXPIRY_VERSION, HASH_METADATA, NEWEST_VERSION, RdbError, USUAL_VERSION } from './format.ts'
import { uint16 } from './integers.ts'
import { readValue } from './value-reader.ts'
import { rdbTypeOf, RdbWriter } from './writer.ts'

const WRONG_PAYLOAD = new ReplyError('ERR DUMP payload version or checksum are wrong')
const BAD_FORMAT = new ReplyError('ERR Bad data format')

/** Two bytes of version, eight of checksum. */
const FOOTER = 10

/** A value as a payload for RESTORE. */
export function dumpValue(value: Value): ByteString {
  const sink = new ByteSink()
  const type = rdbTypeOf(value)
  sink.byte(type)
  new RdbWriter(sink).value(value)
  sink.integer(type === HASH_METADATA ? FIELD_EXPIRY_VERSION : USUAL_VERSION, 2)
  sink.bytes(sink.digest())
  sink.flush()
  return sink
    .take()
    .map((chunk) => fromUint8Array(chunk))
    .join('')
}

/** The value of a payload. @throws WRONG_PAYLOAD, BAD_FORMAT */
export function restoreValue(payload: ByteString): Value {
  const bytes = toUint8Array(payload)
  const end = bytes.length - FOOTER
  if (end < 0 || uint16(bytes, end) > NEWEST_VERSION) throw WRONG_PAYLOAD
  const crc = new Crc64()
  crc.update(bytes, 0, end + 2)
  if (crc.digest().some((byte, i) => byte !== bytes[end + 2 + i])) throw WRONG_PAYLOAD
  const source = new ByteSource()
  let restored: Value | null = null
  source.repeat(1, () => readValue(source, source.byte(), (value) => (restored = value)))
  source.push(bytes.subarray(0, end))
  try {
    source.run()
  } catch (error) {
    if (error instanceof RdbError) throw BAD_FORMAT
    throw error
  }
  if (restored === null || source.pending > 0) throw BAD_FORMAT
  return restored
}
