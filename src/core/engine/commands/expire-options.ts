// What SET, GETEX, the EXPIRE family and hash fields share: an expiry as it is given, a number of seconds or milliseconds from
// now or since 1970, turned into milliseconds since 1970, and what it does to a key.
import type { ByteString } from '../../bytes.ts'
import { int64, integer } from '../arguments.ts'
import type { Database } from '../database.ts'
import { invalidExpire } from '../errors.ts'
import { EVENT } from '../events.ts'

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

const INT64_MAX = 2 ** 63
const MOST_SECONDS = (2n ** 63n - 1n) / 1000n
/** The last time that a double holds and that is below 2^63, as saving and replies need it. */
export const LAST_TIME = INT64_MAX - 1024

/**
 * @param name the command, for the error
 * @returns milliseconds since 1970
 * @throws invalid expire time, if the result does not fit in 64 bits
 */
export function expireTime(text: ByteString, unit: ExpireUnit, now: number, name: string): number {
  const given = int64(text)
  const at = Number(given) * unit.scale + (unit.absolute ? 0 : now)
  if ((unit.scale > 1 && (given > MOST_SECONDS || given < -MOST_SECONDS)) || at > INT64_MAX) throw invalidExpire(name)
  return Math.min(at, LAST_TIME)
}

/** As `expireTime`, for commands that take only times above zero. */
export function positiveExpireTime(text: ByteString, unit: ExpireUnit, now: number, name: string): number {
  if (integer(text) <= 0) throw invalidExpire(name)
  return expireTime(text, unit, now, name)
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
