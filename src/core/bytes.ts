// Byte strings: the engine's only string type. A byte string is a JS string whose chars are all 0..255, one char a byte.
// V8 stores it at one byte a char, `<` orders it as memcmp does, and `length` is STRLEN. Text becomes UTF-8 bytes here,
// once, at the border; everything behind the border knows bytes only.

/** A string whose every char is 0..255: bytes, not text. */
export type ByteString = string

/** Bytes of memory that a byte string takes beside its chars, which V8 rounds up. */
export const STRING_OVERHEAD = 20

declare const TextDecoder: undefined | (new (label: string, options: { ignoreBOM: boolean }) => { decode(bytes: Uint8Array): string })

declare const TextEncoder: undefined | (new () => { encode(text: string): Uint8Array })

const NON_ASCII = /[^\0-\x7f]/
/** Up to here a loop is faster than the regular expression: 5 ns against 15 ns for 10 chars. */
const SHORT = 16
const LONG = 256

/** The common case: ASCII text is its own UTF-8. */
export function isAscii(text: string): boolean {
  if (text.length > SHORT) return !NON_ASCII.test(text)
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** Text to UTF-8 bytes. A lone surrogate becomes U+FFFD, as TextEncoder makes it. */
export function encodeUtf8(text: string): ByteString {
  return isAscii(text) ? text : encodeNonAscii(text)
}

function encodeNonAscii(text: string): ByteString {
  // A million Chinese chars take 6 ms this way, and 280 in the loop, which is faster for short texts.
  if (text.length > LONG && typeof TextEncoder !== 'undefined') return fromUint8Array(new TextEncoder().encode(text))
  let out = ''
  let ascii = 0 // start of the run of ASCII chars not yet copied
  for (let i = 0; i < text.length; i++) {
    let code = text.codePointAt(i)!
    if (code < 0x80) continue
    out += text.slice(ascii, i)
    if (code > 0xffff) i++
    else if ((code & 0xf800) === 0xd800) code = 0xfffd
    const last = 0x80 | (code & 0x3f)
    if (code < 0x800) out += String.fromCharCode(0xc0 | (code >> 6), last)
    else if (code < 0x10000) out += String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), last)
    else out += String.fromCharCode(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), last)
    ascii = i + 1
  }
  return out + text.slice(ascii)
}

/** UTF-8 bytes to text. Bytes that are not UTF-8 become U+FFFD; a byte order mark is kept. */
export function decodeUtf8(bytes: ByteString): string {
  if (isAscii(bytes)) return bytes
  return typeof TextDecoder === 'undefined'
    ? decodeNonAscii(bytes)
    : new TextDecoder('utf-8', { ignoreBOM: true }).decode(toUint8Array(bytes))
}

/** What stands for one char: a whole sequence, the beginning of one, or a byte that belongs to none. */
const SEQUENCE =
  /[\xc2-\xdf][\x80-\xbf]?|(?:\xe0[\xa0-\xbf]|\xed[\x80-\x9f]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]?|\xf4[\x80-\x8f][\x80-\xbf]?|[\xf1-\xf3][\x80-\xbf]{1,2})[\x80-\xbf]?|[\x80-\xff]/g

/** For engines that have the language only, and React Native. A sequence that is not UTF-8 throws, and what is around it is read without it. */
function decodeNonAscii(bytes: ByteString): string {
  try {
    return decodeURIComponent(bytes.replace(/[%\x80-\xff]/g, (char) => `%${char.charCodeAt(0).toString(16)}`))
  } catch {
    return bytes.replace(SEQUENCE, (sequence) => (sequence === bytes ? '\ufffd' : decodeNonAscii(sequence)))
  }
}

// Buffer's methods, where there is one, read and write latin1 of any bytes in native code: 10 MB in 2 ms instead of 20 to 50.
interface Latin1 {
  latin1Slice?: (start: number, end: number) => string
  latin1Write?: (text: string, start: number, length: number) => number
}
const latin1 = (): Latin1 => (globalThis as { Buffer?: { prototype: Latin1 } }).Buffer?.prototype ?? {}
/** From here on a call is worth it. */
export const NATIVE_FROM = 64

/** A copy of the bytes as a `Uint8Array`. */
export function toUint8Array(bytes: ByteString): Uint8Array {
  return putBytes(new Uint8Array(bytes.length), 0, bytes)
}

/** Writes bytes from an offset on. */
export function putBytes(target: Uint8Array, at: number, bytes: ByteString): Uint8Array {
  const native = bytes.length < NATIVE_FROM ? undefined : latin1().latin1Write
  if (native !== undefined) native.call(target, bytes, at, bytes.length) // workerd takes no default
  else for (let i = 0; i < bytes.length; i++) target[at + i] = bytes.charCodeAt(i)
  return target
}

// Without a Buffer fromCharCode takes its arguments in runs that fit on the stack.
const RUN = 8192

/** Bytes `start` to `end` as a byte string of their own (it does not keep `bytes` alive). */
export function fromUint8Array(bytes: Uint8Array, start = 0, end = bytes.length): ByteString {
  const native = latin1().latin1Slice
  if (native !== undefined) return native.call(bytes, start, end)
  let out = ''
  for (let i = start; i < end; i += RUN) {
    out += String.fromCharCode.apply(null, bytes.subarray(i, Math.min(i + RUN, end)) as unknown as number[])
  }
  return out
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length)

/**
 * Bytes one after the other: the last part if it alone has any, or else in memory of its kind, since out of Node's Buffers strings
 * come in native code. All of it is written, so that nothing of what was in that memory shows.
 */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const last = parts.at(-1)
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  if (last?.length === length) return last
  const whole = memoryLike(last, length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** So many bytes of memory of the kind that others have, with anything in it. */
export function memoryLike(bytes: Uint8Array | undefined, length: number): Uint8Array {
  const { allocUnsafeSlow } = (bytes?.constructor ?? {}) as { allocUnsafeSlow?: (length: number) => Uint8Array }
  return allocUnsafeSlow?.(length) ?? new Uint8Array(length)
}

/** A part of a text. To V8 a part is a view that keeps all of the text in memory: one that is much smaller is copied. */
export function partOf(text: string, start: number, end?: number): string {
  const part = text.slice(start, end)
  return 4 * part.length < text.length ? ` ${part}`.slice(1) : part
}

/** Order of two byte strings, as memcmp and then length. */
export function compareBytes(a: ByteString, b: ByteString): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Compares without telling by its time where two secrets differ. */
export function equalInConstantTime(given: ByteString, secret: ByteString): boolean {
  let difference = given.length ^ secret.length
  for (let i = 0; i < given.length; i++) difference |= given.charCodeAt(i) ^ secret.charCodeAt(i % (secret.length || 1))
  return difference === 0
}
