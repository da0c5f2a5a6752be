// What SET, GETEX, the EXPIRE family and hash fields share: an expiry as it is given, a number of seconds or milliseconds from
// now or since 1970, turned into milliseconds since 1970; the conditions for it; and what it does to a key.
import type { ByteString } from '../../bytes.ts'
import { INT64_MAX } from '../../numbers.ts'
import { ReplyError } from '../../reply.ts'
import { flag, int64, integer, readOptions } from '../arguments.ts'
import type { Argv } from '../command.ts'
import type { Database } from '../database.ts'
import { invalidExpire, unsupportedOption } from '../errors.ts'
import { EVENT } from '../events.ts'

const NX_CONFLICT = new ReplyError('ERR NX and XX, GT or LT options at the same time are not compatible')
const GT_CONFLICT = new ReplyError('ERR GT and LT options at the same time are not compatible')

export interface ExpireUnit {
  /** Milliseconds in one. */
  readonly scale: number
  /** Since 1970 rather than from now. */
  readonly absolute: boolean
}

export const EX: ExpireUnit = { scale: 1000, absolute: false }
export const PX: ExpireUnit = { scale: 1, absolute: false }
export const EXAT: ExpireUnit = { scale: 1000, absolute: true }
export const PXAT: ExpireUnit = { scale: 1, absolute: true }
export const EXPIRE_UNITS: Readonly<Record<string, ExpireUnit>> = { EX, PX, EXAT, PXAT }

/** The highest value of 64 bits as a double, which is one above it. */
const LIMIT = 2 ** 63
const MOST_SECONDS = INT64_MAX / 1000n
/** The highest double below 2^63: saving and replies need an expiry to fit in 64 bits. */
export const LAST_TIME = LIMIT - 1024

/**
 * @param name the command, for the error
 * @returns milliseconds since 1970
 * @throws invalid expire time, if the result does not fit in 64 bits
 */
export function expireTime(text: ByteString, unit: ExpireUnit, now: number, name: string): number {
  const given = int64(text)
  const at = Number(given) * unit.scale + (unit.absolute ? 0 : now)
  if ((unit.scale > 1 && (given > MOST_SECONDS || given < -MOST_SECONDS)) || at > LIMIT) throw invalidExpire(name)
  return Math.min(at, LAST_TIME)
}

/** As `expireTime`, for commands that take only times above zero. */
export function positiveExpireTime(text: ByteString, unit: ExpireUnit, now: number, name: string): number {
  if (integer(text) <= 0) throw invalidExpire(name)
  return expireTime(text, unit, now, name)
}

/** Whether an expiry may take the place of the current one (0: none). */
export type ExpireCondition = (current: number, at: number) => boolean

/** The NX, XX, GT and LT options, from a position of argv on. */
export function expireCondition(argv: Argv, from: number): ExpireCondition {
  const { NX, XX, GT, LT } = readOptions(argv, from, { NX: flag, XX: flag, GT: flag, LT: flag }, unsupportedOption)
  if (NX && (XX || GT || LT)) throw NX_CONFLICT
  if (GT && LT) throw GT_CONFLICT
  // No expiry counts as an infinite one.
  return (current, at) =>
    !(NX && current !== 0) && !(XX && current === 0) && !(GT && (current === 0 || at <= current)) && !(LT && current !== 0 && at >= current)
}

/** Gives a key an expiry, in milliseconds since 1970; one that has passed removes the key. */
export function expireKey(db: Database, key: ByteString, at: number): void {
  if (at <= db.engine.now) {
    db.delete(key)
    db.changed(key, EVENT.generic, 'del')
  } else {
    db.setExpiry(key, at)
    db.changed(key, EVENT.generic, 'expire')
  }
}

/** Takes a key's expiry away. @returns whether it had one */
export function persist(db: Database, key: ByteString): boolean {
  if (db.expiryOf(key) <= 0) return false
  db.setExpiry(key, 0)
  db.changed(key, EVENT.generic, 'persist')
  return true
}
