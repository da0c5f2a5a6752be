// Redis's glob patterns over byte strings: * ? [abc] [^a-z] and \ to escape. On a mismatch only the last star is tried
// further on, so the time is bounded by the product of the lengths: no pattern backtracks without end.
import type { ByteString } from '../bytes.ts'

const STAR = 42
const QUESTION = 63
const OPEN = 91
const CLOSE = 93
const CARET = 94
const BACKSLASH = 92
const DASH = 45

/** Whether a pattern matches the whole of a byte string. */
export function matches(pattern: ByteString, text: ByteString): boolean {
  // In Redis not even a star matches nothing at all; KEYS, SCAN and rights look for a lone star themselves.
  if (text === '') return pattern === ''
  let p = 0
  let t = 0
  let star = -1 // where the pattern goes on after the last star
  let mark = 0 // up to where that star has matched
  while (t < text.length) {
    if (p < pattern.length && pattern.charCodeAt(p) === STAR) {
      star = ++p
      mark = t
      continue
    }
    const next = p < pattern.length ? matchOne(pattern, p, text.charCodeAt(t)) : -1
    if (next >= 0) {
      p = next
      t++
    } else if (star >= 0) {
      p = star
      t = ++mark
    } else return false
  }
  while (p < pattern.length && pattern.charCodeAt(p) === STAR) p++
  return p === pattern.length
}

/** Matches one byte. @returns where the pattern goes on, -1 if it does not match */
function matchOne(pattern: ByteString, at: number, byte: number): number {
  const code = pattern.charCodeAt(at)
  if (code === QUESTION) return at + 1
  if (code === OPEN) return matchClass(pattern, at + 1, byte)
  if (code === BACKSLASH && at + 1 < pattern.length) return pattern.charCodeAt(at + 1) === byte ? at + 2 : -1
  return code === byte ? at + 1 : -1
}

/** A class that is never closed ends with the pattern, as in Redis. */
function matchClass(pattern: ByteString, start: number, byte: number): number {
  let at = start
  const negated = pattern.charCodeAt(at) === CARET
  if (negated) at++
  let found = false
  for (; at < pattern.length && pattern.charCodeAt(at) !== CLOSE; at++) {
    let low = pattern.charCodeAt(at)
    if (low === BACKSLASH && at + 1 < pattern.length) {
      if (pattern.charCodeAt(++at) === byte) found = true
      continue
    }
    let high = low
    if (pattern.charCodeAt(at + 1) === DASH && at + 2 < pattern.length) {
      high = pattern.charCodeAt(at + 2)
      at += 2
    }
    if (low > high) [low, high] = [high, low]
    if (byte >= low && byte <= high) found = true
  }
  return found === negated ? -1 : Math.min(at + 1, pattern.length)
}
