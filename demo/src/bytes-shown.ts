// Bytes for people: as text where they are UTF-8, otherwise in quotes with escapes, as redis-cli shows them.
import { fromUint8Array } from '../../src/core/bytes.ts'
import { quoted } from '../../src/core/words.ts'

export interface Shown {
  readonly bytes: Uint8Array
  readonly text: string
  /** False where the text is an image of the bytes only: then it cannot be edited as text. */
  readonly isText: boolean
}

/** @param limit bytes that are looked at; the rest is left out */
export function show(bytes: Uint8Array, limit = Infinity): Shown {
  const some = bytes.length > limit ? bytes.subarray(0, limit) : bytes
  try {
    return { bytes, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(some), isText: some === bytes }
  } catch {
    return { bytes, text: quoted(fromUint8Array(some)), isText: false }
  }
}

const UNITS = ['B', 'kB', 'MB', 'GB']

export function formatBytes(bytes: number): string {
  let unit = 0
  let value = bytes
  for (; value >= 1024 && unit < UNITS.length - 1; unit++) value /= 1024
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${UNITS[unit]}`
}

/** `12 345`, with a narrow space that does not break. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f')
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
