// The server, its connections, saving and publishing: https://redis.io/docs/latest/commands/?group=server
import { type Either, flatten, ifGiven, type Key, type Pairs, type Value, words } from '../arguments.ts'
import {
  anything,
  integer,
  integerOrNull,
  list,
  ok,
  type Plain,
  record,
  type Text,
  text,
  textOrNull,
  texts,
  type ToText,
  tupleOrNull,
  utf8,
  word,
} from '../decode.ts'
import type { Reply } from '../../reply.ts'
import type { WaitOptions } from './lists.ts'
import { type Mode, type Out, Runner } from '../runner.ts'

const copies = <T extends Text>(reply: Reply, toText: ToText<T>): [number, number] =>
  tupleOrNull<T, number, number>(integer, integer)(reply, toText)!

/** The methods of one group of commands. The server: databases, configuration, information. */
export abstract class Server<M extends Mode, T extends Text> extends Runner<M, T> {
  /** `PONG`, or the message. */
  ping(message?: Value): Out<M, T, T> {
    return this.run(['PING', ...ifGiven(message)], text)
  }

  /** The message. */
  echo(message: Value): Out<M, T, T> {
    return this.run(['ECHO', message], text)
  }

  /** Publishes a message. @returns how many clients received it */
  publish(channel: Key, message: Value): Out<M, T, number> {
    return this.run(['PUBLISH', channel, message], integer)
  }

  /** Publishes a message to a shard channel. @returns how many clients received it */
  spublish(channel: Key, message: Value): Out<M, T, number> {
    return this.run(['SPUBLISH', channel, message], integer)
  }

  /** The channels with subscribers. */
  pubsubChannels(pattern?: string): Out<M, T, T[]> {
    return this.run(['PUBSUB', 'CHANNELS', ...ifGiven(pattern)], texts<T>)
  }

  /** The number of subscribers of each channel. */
  pubsubNumsub(...channels: Key[]): Out<M, T, Record<string, number>> {
    return this.run(['PUBSUB', 'NUMSUB', ...channels], record<T, number>(integer))
  }

  /** The number of patterns with subscribers. */
  pubsubNumpat(): Out<M, T, number> {
    return this.run(['PUBSUB', 'NUMPAT'], integer)
  }

  /** The shard channels with subscribers. */
  pubsubShardchannels(pattern?: string): Out<M, T, T[]> {
    return this.run(['PUBSUB', 'SHARDCHANNELS', ...ifGiven(pattern)], texts<T>)
  }

  /** The number of subscribers of each shard channel. */
  pubsubShardnumsub(...channels: Key[]): Out<M, T, Record<string, number>> {
    return this.run(['PUBSUB', 'SHARDNUMSUB', ...channels], record<T, number>(integer))
  }

  /** The number of keys. */
  dbsize(): Out<M, T, number> {
    return this.run(['DBSIZE'], integer)
  }

  /** Removes all keys of the database. */
  flushdb(mode?: 'async' | 'sync'): Out<M, T, 'OK'> {
    return this.run(['FLUSHDB', ...ifGiven(mode)], ok)
  }

  /** Removes all keys of all databases. */
  flushall(mode?: 'async' | 'sync'): Out<M, T, 'OK'> {
    return this.run(['FLUSHALL', ...ifGiven(mode)], ok)
  }

  /** Swaps two databases. */
  swapdb(first: number, second: number): Out<M, T, 'OK'> {
    return this.run(['SWAPDB', first, second], ok)
  }

  /** The server's time: seconds since 1970, and microseconds of the current second. */
  time(): Out<M, T, [seconds: number, microseconds: number]> {
    return this.run(['TIME'], (reply, toText) => list<T, number>((each) => Number(word(each)))(reply, toText) as [number, number])
  }

  /** Information about the server, as text: `name:value` lines in sections. Default: Redis's default sections */
  info(...sections: string[]): Out<M, T, string> {
    return this.run(['INFO', ...sections], utf8)
  }

  /** The parameters whose names match the patterns. */
  configGet(...patterns: string[]): Out<M, T, Record<string, string>> {
    return this.run(['CONFIG', 'GET', ...patterns], record<T, string>(utf8))
  }

  /** Sets parameters: all of them or none. */
  configSet(parameters: Pairs): Out<M, T, 'OK'>
  configSet(parameter: string, value: Value): Out<M, T, 'OK'>
  configSet(first: string | Pairs, value?: Value): Out<M, T, 'OK'> {
    return this.run(['CONFIG', 'SET', ...(typeof first === 'string' ? [first, value as Value] : flatten(first))], ok)
  }

  /** Resets the counters of INFO. */
  configResetstat(): Out<M, T, 'OK'> {
    return this.run(['CONFIG', 'RESETSTAT'], ok)
  }

  /** The number of commands. */
  commandCount(): Out<M, T, number> {
    return this.run(['COMMAND', 'COUNT'], integer)
  }

  /** The names of the commands. */
  commandList(filterBy?: Either<{ module: string } | { aclcat: string } | { pattern: string }>): Out<M, T, T[]> {
    const filter = filterBy === undefined ? [] : ['FILTERBY', ...words(filterBy)]
    return this.run(['COMMAND', 'LIST', ...filter], texts<T>)
  }

  /** Arity, flags, keys and categories of commands. Default: all commands */
  commandInfo(...names: string[]): Out<M, T, Plain<T>> {
    return this.run(['COMMAND', 'INFO', ...names], anything('COMMAND'))
  }

  /** The documentation of commands: summary, arguments, complexity. Default: all commands */
  commandDocs(...names: string[]): Out<M, T, Plain<T>> {
    return this.run(['COMMAND', 'DOCS', ...names], anything('COMMAND'))
  }

  /** The keys in a command line. */
  commandGetkeys(name: string, ...args: Value[]): Out<M, T, T[]> {
    return this.run(['COMMAND', 'GETKEYS', name, ...args], texts<T>)
  }

  /** About how many bytes a key uses; on the engine `samples` has no effect. @returns null if the key does not exist */
  memoryUsage(key: Key, options: { samples?: number | undefined } = {}): Out<M, T, number | null> {
    return this.run(['MEMORY', 'USAGE', key, ...words(options)], integerOrNull)
  }

  /** The ID of this connection; later connections have higher ones. */
  clientId(): Out<M, T, number> {
    return this.run(['CLIENT', 'ID'], integer)
  }

  /** The name of this connection. @returns null if it has none */
  clientGetname(): Out<M, T, T | null> {
    return this.run(['CLIENT', 'GETNAME'], textOrNull)
  }

  /** Names this connection, for `clientList`. @throws RedisError if there are spaces in the name */
  clientSetname(name: string): Out<M, T, 'OK'> {
    return this.run(['CLIENT', 'SETNAME', name], ok)
  }

  /** This connection, as a line of `clientList`. */
  clientInfo(): Out<M, T, string> {
    return this.run(['CLIENT', 'INFO'], utf8)
  }

  /** The connections, one line each. */
  clientList(): Out<M, T, string> {
    return this.run(['CLIENT', 'LIST'], utf8)
  }

  /** Saves, and waits until it is done. @throws RedisError if another save runs, or this one fails */
  save(): Out<M, T, 'OK'> {
    return this.run(['SAVE'], ok)
  }

  /** Starts a save in the background. @returns `Background saving started` or `... scheduled`; @throws RedisError if another save runs */
  bgsave(options: { schedule?: boolean | undefined } = {}): Out<M, T, string> {
    return this.run(['BGSAVE', ...words(options)], word)
  }

  /** Rewrites the journal in the background. @returns Redis's message; @throws RedisError if a rewrite runs already */
  bgrewriteaof(): Out<M, T, string> {
    return this.run(['BGREWRITEAOF'], word)
  }

  /**
   * Waits until replicas have everything this connection has written.
   * @param timeout milliseconds; 0 waits forever
   * @returns how many have it
   */
  wait(replicas: number, timeout: number, options?: WaitOptions): Out<M, T, number> {
    return this.run(['WAIT', replicas, timeout], integer, { ...options, blocking: true })
  }

  /**
   * Waits until everything this connection has written is in the journal and safe from a power cut.
   * @param timeout milliseconds; 0 waits forever
   * @returns in how many journals it is: the local one (0 or 1), and those of replicas
   */
  waitaof(local: 0 | 1, replicas: number, timeout: number, options?: WaitOptions): Out<M, T, [local: number, replicas: number]> {
    return this.run(['WAITAOF', local, replicas, timeout], copies, { ...options, blocking: true })
  }

  /** When data was last saved, in seconds since 1970. */
  lastsave(): Out<M, T, number> {
    return this.run(['LASTSAVE'], integer)
  }
}
