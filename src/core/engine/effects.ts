// Where the journal listens, and what feeds replicas: every change to the data, in order. Mostly nobody does.
import type { ByteString } from '../bytes.ts'
import type { Argv, Command } from './command.ts'
import type { Database } from './database.ts'
import type { Reply } from '../reply.ts'

export interface Effects {
  /** Whether a reply waits until what it tells of is durable: `appendfsync always`. */
  readonly waits: boolean
  /** A write command has changed something. `reply` is null where it is still to come. */
  ran(command: Command, argv: Argv, reply: Reply, db: Database): void
  /** A command says itself what its effect was: another that does the same again. */
  wrote(db: Database, argv: Argv): void
  /** A key was removed because its time had come, or for want of memory. */
  removed(db: Database, key: ByteString): void
  /** Fields of a hash were removed because their time had come. */
  fieldsRemoved(db: Database, key: ByteString, fields: readonly ByteString[]): void
  /** What ran since this was last called belongs together: all of it is to be seen, or none. */
  settle(): void
}
