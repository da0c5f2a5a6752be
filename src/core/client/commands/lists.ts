// Lists: https://redis.io/docs/latest/commands/?group=list
import { type Key, listOf, option, type Value } from '../arguments.ts'
import type { Signal } from '../backend.ts'
import { integer, integerOrNull, list, ok, type Text, text, textOrNull, texts, textsOrNull, tupleOrNull } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'

/** An end of a list. */
export type End = 'left' | 'right'

/** For a command that waits. */
export interface WaitOptions {
  /** An AbortSignal: ends the waiting with the signal's reason. An element that was on its way may be taken all the same. */
  signal?: Signal | undefined
}

export interface LposOptions {
  /** Which match to begin with: 1 the first, -1 the last. */
  rank?: number
  /** Compare at most so many elements. */
  maxlen?: number
}

export abstract class Lists<M extends Mode, T extends Text> extends Runner<M, T> {
  /** Adds elements at the left, one after the other. @returns the list's new length */
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

  /** Takes an element, or up to `count`, from the left. @returns null if there is no list */
  lpop(key: Key): Out<M, T, T | null>
  lpop(key: Key, count: number): Out<M, T, T[] | null>
  lpop(key: Key, count?: number): Out<M, T, T | null | T[]> {
    return count === undefined ? this.run(['LPOP', key], textOrNull<T>) : this.run(['LPOP', key, count], textsOrNull<T>)
  }

  /** Takes an element, or up to `count`, from the right. @returns null if there is no list */
  rpop(key: Key): Out<M, T, T | null>
  rpop(key: Key, count: number): Out<M, T, T[] | null>
  rpop(key: Key, count?: number): Out<M, T, T | null | T[]> {
    return count === undefined ? this.run(['RPOP', key], textOrNull<T>) : this.run(['RPOP', key, count], textsOrNull<T>)
  }

  /** A list's length. */
  llen(key: Key): Out<M, T, number> {
    return this.run(['LLEN', key], integer)
  }

  /** The element at an index; negative counts from the end. @returns null if there is none */
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

  /** Elements `start` to `stop`, both included; negative counts from the end. */
  lrange(key: Key, start: number, stop: number): Out<M, T, T[]> {
    return this.run(['LRANGE', key, start, stop], texts<T>)
  }

  /** Keeps only elements `start` to `stop`. */
  ltrim(key: Key, start: number, stop: number): Out<M, T, 'OK'> {
    return this.run(['LTRIM', key, start, stop], ok)
  }

  /** Removes elements that equal one: `count` from the left, negative from the right, 0 all. @returns how many */
  lrem(key: Key, count: number, element: Value): Out<M, T, number> {
    return this.run(['LREM', key, count, element], integer)
  }

  /** The index of an element, or with `count` those of so many matches (0: all). @returns null if there is none */
  lpos(key: Key, element: Value, options: LposOptions & { count: number }): Out<M, T, number[]>
  lpos(key: Key, element: Value, options?: LposOptions): Out<M, T, number | null>
  lpos(key: Key, element: Value, options: LposOptions & { count?: number } = {}): Out<M, T, number | null | number[]> {
    const argv = [
      'LPOS',
      key,
      element,
      ...option('RANK', options.rank),
      ...option('COUNT', options.count),
      ...option('MAXLEN', options.maxlen),
    ]
    return options.count === undefined ? this.run(argv, integerOrNull) : this.run(argv, list<T, number>(integer))
  }

  /** Moves an element from one end of a list to an end of another. @returns it, null if there is none */
  lmove(source: Key, destination: Key, from: End, to: End): Out<M, T, T | null> {
    return this.run(['LMOVE', source, destination, from, to], textOrNull)
  }

  /** Moves an element from the right of a list to the left of another. */
  rpoplpush(source: Key, destination: Key): Out<M, T, T | null> {
    return this.run(['RPOPLPUSH', source, destination], textOrNull)
  }

  /** Takes up to `count` elements from the first list that has some. @returns its key and the elements */
  lmpop(keys: readonly Key[], end: End, count?: number): Out<M, T, [key: T, elements: T[]] | null> {
    return this.run(['LMPOP', keys.length, ...keys, end, ...option('COUNT', count)], tupleOrNull<T, T, T[]>(text, texts))
  }

  /** Takes an element from the left of the first list that has one, and waits for it. @param timeout seconds; 0 waits for ever */
  blpop(keys: Key | readonly Key[], timeout: number, options?: WaitOptions): Out<M, T, [key: T, element: T] | null> {
    return this.run(['BLPOP', ...listOf(keys), timeout], tupleOrNull<T, T, T>(text, text), { ...options, blocking: true })
  }

  /** Takes an element from the right of the first list that has one, and waits for it. @param timeout seconds; 0 waits for ever */
  brpop(keys: Key | readonly Key[], timeout: number, options?: WaitOptions): Out<M, T, [key: T, element: T] | null> {
    return this.run(['BRPOP', ...listOf(keys), timeout], tupleOrNull<T, T, T>(text, text), { ...options, blocking: true })
  }

  /** As `lmpop`, and waits. @param timeout seconds; 0 waits for ever */
  blmpop(
    timeout: number,
    keys: readonly Key[],
    end: End,
    options: WaitOptions & { count?: number } = {},
  ): Out<M, T, [key: T, elements: T[]] | null> {
    const argv = ['BLMPOP', timeout, keys.length, ...keys, end, ...option('COUNT', options.count)]
    return this.run(argv, tupleOrNull<T, T, T[]>(text, texts), { signal: options.signal, blocking: true })
  }

  /** As `lmove`, and waits. @param timeout seconds; 0 waits for ever */
  blmove(source: Key, destination: Key, from: End, to: End, timeout: number, options?: WaitOptions): Out<M, T, T | null> {
    return this.run(['BLMOVE', source, destination, from, to, timeout], textOrNull<T>, { ...options, blocking: true })
  }

  /** As `rpoplpush`, and waits. @param timeout seconds; 0 waits for ever */
  brpoplpush(source: Key, destination: Key, timeout: number, options?: WaitOptions): Out<M, T, T | null> {
    return this.run(['BRPOPLPUSH', source, destination, timeout], textOrNull<T>, { ...options, blocking: true })
  }
}
