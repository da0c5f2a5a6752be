// Numbers as bytes, the highest first, for the libraries `cmsgpack` and `struct`.
import type { ByteString } from '../../../core/bytes.ts'

/** The lowest bytes of an integer of 64 bits, in two's complement. Behind them are zeros. */
export function integerBytes(value: number, size: number): ByteString {
  let text = ''
  for (let i = size - 1; i >= 0; i--) text += String.fromCharCode(i < 8 ? Math.floor(value / 2 ** (8 * i)) & 255 : 0)
  return text
}

export function integerOf(bytes: ByteString, signed: boolean): number {
  const { length } = bytes
  if (length <= 4) return part(bytes, 0, length, signed)
  // In two parts: their sum is rounded only once.
  return part(bytes, Math.max(0, length - 8), length - 4, signed) * 2 ** 32 + part(bytes, length - 4, length, false)
}

function part(bytes: ByteString, from: number, to: number, signed: boolean): number {
  let value = 0
  for (let i = from; i < to; i++) value = value * 256 + bytes.charCodeAt(i)
  const most = 2 ** (8 * (to - from))
  return signed && value >= most / 2 ? value - most : value
}

/** @param size 4 or 8 */
export function floatBytes(value: number, size: number): ByteString {
  const view = new DataView(new ArrayBuffer(8))
  if (size === 4) view.setFloat32(0, value)
  else view.setFloat64(0, value)
  let text = ''
  for (let i = 0; i < size; i++) text += String.fromCharCode(view.getUint8(i))
  return text
}

export function floatOf(bytes: ByteString): number {
  const view = new DataView(new ArrayBuffer(8))
  for (let i = 0; i < bytes.length; i++) view.setUint8(i, bytes.charCodeAt(i))
  return bytes.length === 4 ? view.getFloat32(0) : view.getFloat64(0)
}
