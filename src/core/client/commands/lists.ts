// Lists: https://redis.io/docs/latest/commands/?group=list
import { type Key, listOf, type Value, words } from '../arguments.ts'
import type { Signal } from '../backend.ts'
import { integer, integerOrNull, list, ok, type Text, text, textOrNull, texts, textsOrNull, tupleOrNull } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'

/** An end of a list. */
export type End = 'left' | 'right'

/** For blocking commands. */
export interface WaitOptions {
  /** An AbortSignal: the command rejects with its reason. An element that is just being delivered may be taken all the same. */
  signal?: Signal | undefined
}

/** For `lpos`. */
export interface LposOptions {
  /** Which match to start with: 1 the first, 2 the second, -1 the last. Default: 1 */
  rank?: number | undefined
  /** Compare at most this many elements. Default: all */
  maxlen?: number | undefined
}

/** The methods of one group of commands. Lists. */
export abstract class Lists<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Adds elements at the left, one after another. @returns the list's new length */
  lpush(key: Key, ...elements: Value[]): Out<M, T, number> {
    return this.run(['LPUSH', key, ...elements], integer)
  }

  /** Adds elements at the right. @returns the list's new length */
  rpush(key: Key, ...elements: Value[]): Out<M, T, number> {
    return this.run(['RPUSH', key, ...elements], integer)
  }

  /** Adds elements at the left of a list that exists. @returns the list's new length, 0 if there is no list */
  lpushx(key: Key, ...elements: Value[]): Out<M, T, number> {
    return this.run(['LPUSHX', key, ...elements], integer)
  }

  /** Adds elements at the right of a list that exists. @returns the list's new length, 0 if there is no list */
  rpushx(key: Key, ...elements: Value[]): Out<M, T, number> {
    return this.run(['RPUSHX', key, ...elements], integer)
  }

  /** Removes an element, or up to `count`, from the left. @returns what was removed; null if there is no list */
  lpop(key: Key): Out<M, T, T | null>
  lpop(key: Key, count: number): Out<M, T, T[] | null>
  lpop(key: Key, count?: number): Out<M, T, T | null | T[]> {
    return count === undefined ? this.run(['LPOP', key], textOrNull<T>) : this.run(['LPOP', key, count], textsOrNull<T>)
  }

  /** Removes an element, or up to `count`, from the right. @returns what was removed; null if there is no list */
  rpop(key: Key): Out<M, T, T | null>
  rpop(key: Key, count: number): Out<M, T, T[] | null>
  rpop(key: Key, count?: number): Out<M, T, T | null | T[]> {
    return count === undefined ? this.run(['RPOP', key], textOrNull<T>) : this.run(['RPOP', key, count], textsOrNull<T>)
  }

  /** The length of a list. */
  llen(key: Key): Out<M, T, number> {
    return this.run(['LLEN', key], integer)
  }

  /** The element at an index; negative numbers count from the end. @returns null if there is none */
  lindex(key: Key, index: number): Out<M, T, T | null> {
    return this.run(['LINDEX', key, index], textOrNull)
  }

  /** Replaces the element at an index. @throws RedisError if there is none */
  lset(key: Key, index: number, element: Value): Out<M, T, 'OK'> {
    return this.run(['LSET', key, index, element], ok)
  }

  /** Inserts next to the first element that equals `pivot`. @returns the new length, -1 without pivot, 0 without list */
  linsert(key: Key, where: 'before' | 'after', pivot: Value, element: Value): Out<M, T, number> {
    return this.run(['LINSERT', key, where, pivot, element], integer)
  }

  /** The elements from `start` to `stop`, both included; negative numbers count from the end. */
  lrange(key: Key, start: number, stop: number): Out<M, T, T[]> {
    return this.run(['LRANGE', key, start, stop], texts<T>)
  }

  /** Keeps only the elements from `start` to `stop`, both included. */
  ltrim(key: Key, start: number, stop: number): Out<M, T, 'OK'> {
    return this.run(['LTRIM', key, start, stop], ok)
  }

  /** Removes elements equal to `element`: `count` from the left, from the right if negative, all if 0. @returns how many were removed */
  lrem(key: Key, count: number, element: Value): Out<M, T, number> {
    return this.run(['LREM', key, count, element], integer)
  }

  /** The index of an element, or with `count` the indexes of that many matches (0: all). @returns null if there is none */
  lpos(key: Key, element: Value, options: LposOptions & { count: number }): Out<M, T, number[]>
  lpos(key: Key, element: Value, options?: LposOptions): Out<M, T, number | null>
  lpos(key: Key, element: Value, options: LposOptions & { count?: number | undefined } = {}): Out<M, T, number | null | number[]> {
    const argv = ['LPOS', key, element, ...words(options)]
    return options.count === undefined ? this.run(argv, integerOrNull) : this.run(argv, list<T, number>(integer))
  }

  /** Moves an element from one end of a list to an end of another. @returns the element, or null if there is none */
  lmove(source: Key, destination: Key, from: End, to: End): Out<M, T, T | null> {
    return this.run(['LMOVE', source, destination, from, to], textOrNull)
  }

  /** Moves an element from the right of a list to the left of another. */
  rpoplpush(source: Key, destination: Key): Out<M, T, T | null> {
    return this.run(['RPOPLPUSH', source, destination], textOrNull)
  }

  /** Removes up to `count` elements from the first list that has any. @returns its key and the elements, or null */
  lmpop(keys: readonly Key[], end: End, count?: number): Out<M, T, [key: T, elements: T[]] | null> {
    return this.run(['LMPOP', keys.length, ...keys, end, ...words({ count })], tupleOrNull<T, T, T[]>(text, texts))
  }

  /** Removes an element from the left of the first list that has one, or waits for one. @param timeout seconds; 0 waits forever */
  blpop(keys: Key | readonly Key[], timeout: number, options?: WaitOptions): Out<M, T, [key: T, element: T] | null> {
    return this.run(['BLPOP', ...listOf(keys), timeout], tupleOrNull<T, T, T>(text, text), { ...options, blocking: true })
  }

  /** Removes an element from the right of the first list that has one, or waits for one. @param timeout seconds; 0 waits forever */
  brpop(keys: Key | readonly Key[], timeout: number, options?: WaitOptions): Out<M, T, [key: T, element: T] | null> {
    return this.run(['BRPOP', ...listOf(keys), timeout], tupleOrNull<T, T, T>(text, text), { ...options, blocking: true })
  }

  /** As `lmpop`, but waits for an element. @param timeout seconds; 0 waits forever */
  blmpop(
    timeout: number,
    keys: readonly Key[],
    end: End,
    { signal, ...options }: WaitOptions & { count?: number | undefined } = {},
  ): Out<M, T, [key: T, elements: T[]] | null> {
    const argv = ['BLMPOP', timeout, keys.length, ...keys, end, ...words(options)]
    return this.run(argv, tupleOrNull<T, T, T[]>(text, texts), { signal, blocking: true })
  }

  /** As `lmove`, but waits for an element. @param timeout seconds; 0 waits forever */
  blmove(source: Key, destination: Key, from: End, to: End, timeout: number, options?: WaitOptions): Out<M, T, T | null> {
    return this.run(['BLMOVE', source, destination, from, to, timeout], textOrNull<T>, { ...options, blocking: true })
  }

  /** As `rpoplpush`, but waits for an element. @param timeout seconds; 0 waits forever */
  brpoplpush(source: Key, destination: Key, timeout: number, options?: WaitOptions): Out<M, T, T | null> {
    return this.run(['BRPOPLPUSH', source, destination, timeout], textOrNull<T>, { ...options, blocking: true })
  }
}
