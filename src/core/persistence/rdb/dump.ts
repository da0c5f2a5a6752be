// DUMP payloads: one value as a file would hold it, the format's version and a checksum. Redis's RESTORE takes ours, and
// this one takes Redis's.
import { type ByteString, fromUint8Array, joinBytes, toUint8Array } from '../../bytes.ts'
import type { Types } from '../../engine/modules.ts'
import type { Value } from '../../engine/values.ts'
import { ReplyError } from '../../reply.ts'
import { ByteSink } from './byte-sink.ts'
import { ByteSource } from './byte-source.ts'
import { Crc64 } from './crc64.ts'
import { FIELD_EXPIRY_VERSION, FUNCTION, HASH_METADATA, isKnown, RdbError, typeIn, USUAL_VERSION } from './format.ts'
import { uint16 } from './integers.ts'
import { LzfCompressor } from './lzf.ts'
import { MissingTypeError } from './module.ts'
import { readValue } from './value-reader.ts'
import { rdbTypeOf, RdbWriter } from './writer.ts'

const WRONG_PAYLOAD = new ReplyError('ERR DUMP payload version or checksum are wrong')
const BAD_FORMAT = new ReplyError('ERR Bad data format')
const NOT_A_FUNCTION = new ReplyError('ERR given type is not a function')

/** Two bytes of version, eight of checksum. */
export const FOOTER = 10

/** A value as a payload for RESTORE. */
export function dumpValue(value: Value): ByteString {
  const sink = new ByteSink()
  const type = rdbTypeOf(value)
  sink.byte(type)
  new RdbWriter(sink).value(value)
  return finish(sink, type === HASH_METADATA ? FIELD_EXPIRY_VERSION : USUAL_VERSION)
}

/** The format's version and the checksum. */
function finish(sink: ByteSink, version: number): ByteString {
  sink.integer(version, 2)
  sink.bytes(sink.digest())
  sink.flush()
  return fromUint8Array(joinBytes(sink.take()))
}

/** The value of a payload. @throws WRONG_PAYLOAD, BAD_FORMAT */
export function restoreValue(payload: ByteString, types?: Types): Value {
  const { body, version } = checked(payload)
  const source = new ByteSource()
  let restored: Value | null = null
  source.repeat(1, () => readValue(source, typeIn(version, source.byte()), (value) => (restored = value), types))
  read(source, body)
  if (restored === null || source.pending > 0) throw BAD_FORMAT
  return restored
}

/** Libraries of functions as a payload for FUNCTION RESTORE. */
export function dumpLibraries(codes: readonly ByteString[]): ByteString {
  const sink = new ByteSink()
  const writer = new RdbWriter(sink, { compressor: new LzfCompressor() })
  for (const code of codes) writer.library(code)
  return finish(sink, USUAL_VERSION)
}

/** The libraries of a payload. @throws WRONG_PAYLOAD, NOT_A_FUNCTION, BAD_FORMAT */
export function restoreLibraries(payload: ByteString): ByteString[] {
  const { body } = checked(payload)
  const source = new ByteSource()
  const codes: ByteString[] = []
  source.repeat(Infinity, () => {
    if (source.byte() !== FUNCTION) throw NOT_A_FUNCTION
    codes.push(source.string())
    if (source.pending === 0) source.finish()
  })
  if (body.length > 0) read(source, body)
  return codes
}

/** What stands before the footer, and the format's version, once the footer fits. */
function checked(payload: ByteString): { body: Uint8Array; version: number } {
  const bytes = toUint8Array(payload)
  const end = bytes.length - FOOTER
  if (end < 0 || !isKnown(uint16(bytes, end))) throw WRONG_PAYLOAD
  const crc = new Crc64()
  crc.update(bytes, 0, end + 2)
  if (!crc.matches(bytes, end + 2)) throw WRONG_PAYLOAD
  return { body: bytes.subarray(0, end), version: uint16(bytes, end) }
}

function read(source: ByteSource, body: Uint8Array): void {
  source.push(body)
  try {
    source.run()
  } catch (error) {
    if (error instanceof RdbError) throw error instanceof MissingTypeError ? new ReplyError(`ERR ${error.message}`) : BAD_FORMAT
    throw error
  }
}
