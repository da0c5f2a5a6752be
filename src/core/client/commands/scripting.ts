// Scripts and functions in Lua: https://redis.io/docs/latest/commands/?group=scripting
// The engine runs them if it is made with `lua`. What is written in TypeScript is called through `script`.
import { ifGiven, type Key, type Value, words } from '../arguments.ts'
import { anything, integer, list, ok, type Plain, type Text, word } from '../decode.ts'
import { type Mode, type Out, Runner } from '../runner.ts'

/** The methods of one group of commands. Lua scripts and functions. */
export abstract class Scripting<M extends Mode, T extends Text> extends Runner<M, T> {
  /**
   * Runs a script in Lua as one atomic step. On the engine it needs `createRedis({ lua })`.
   * @param keys every key that it uses, which it finds in KEYS. Default: none
   * @param args what it finds in ARGV. Default: nothing
   * @returns what it returns: nil and false are null, true is 1, numbers lose their fraction
   */
  eval(source: Key, keys?: readonly Key[], args?: readonly Value[]): Out<M, T, Plain<T>> {
    return this.invoke('EVAL', source, keys, args)
  }

  /** As `eval`, for a script that only reads. @throws RedisError if it writes */
  evalRo(source: Key, keys?: readonly Key[], args?: readonly Value[]): Out<M, T, Plain<T>> {
    return this.invoke('EVAL_RO', source, keys, args)
  }

  /** As `eval`, for a script that the server knows. @param sha1 what `scriptLoad` gave. @throws RedisError NOSCRIPT if it does not */
  evalsha(sha1: string, keys?: readonly Key[], args?: readonly Value[]): Out<M, T, Plain<T>> {
    return this.invoke('EVALSHA', sha1, keys, args)
  }

  /** As `evalsha`, for a script that only reads. */
  evalshaRo(sha1: string, keys?: readonly Key[], args?: readonly Value[]): Out<M, T, Plain<T>> {
    return this.invoke('EVALSHA_RO', sha1, keys, args)
  }

  /** Makes a script known without running it. @returns its SHA-1 in hexadecimal, for `evalsha` */
  scriptLoad(source: Key): Out<M, T, string> {
    return this.run(['SCRIPT', 'LOAD', source], word)
  }

  /** For each script, 1 if it is known, 0 if not. */
  scriptExists(...sha1s: string[]): Out<M, T, number[]> {
    return this.run(['SCRIPT', 'EXISTS', ...sha1s], list<T, number>(integer))
  }

  /** Forgets all scripts. */
  scriptFlush(mode?: 'async' | 'sync'): Out<M, T, 'OK'> {
    return this.run(['SCRIPT', 'FLUSH', ...ifGiven(mode)], ok)
  }

  /** Calls a function of a library, with keys and arguments as `eval`. */
  fcall(name: string, keys?: readonly Key[], args?: readonly Value[]): Out<M, T, Plain<T>> {
    return this.invoke('FCALL', name, keys, args)
  }

  /** As `fcall`, for a function with the flag `no-writes`. */
  fcallRo(name: string, keys?: readonly Key[], args?: readonly Value[]): Out<M, T, Plain<T>> {
    return this.invoke('FCALL_RO', name, keys, args)
  }

  /**
   * Adds a library of functions, which stays with the data.
   * @param source its first line names it: `#!lua name=mylib`
   * @param options `replace`: in place of one with the same name. Default: false, an error
   * @returns its name
   */
  functionLoad(source: Key, options: { replace?: boolean | undefined } = {}): Out<M, T, string> {
    return this.run(['FUNCTION', 'LOAD', ...words(options), source], word)
  }

  /** Removes a library. @throws RedisError if there is none of that name */
  functionDelete(library: string): Out<M, T, 'OK'> {
    return this.run(['FUNCTION', 'DELETE', library], ok)
  }

  protected invoke(command: string, what: Key, keys: readonly Key[] = [], args: readonly Value[] = []): Out<M, T, Plain<T>> {
    return this.run([command, what, keys.length, ...keys, ...args], anything(command))
  }
}
