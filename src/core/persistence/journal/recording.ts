// Changes on their way into a journal, or to replicas: each as the commands that do the same again.
import type { ByteString } from '../../bytes.ts'
import type { Argv, Command, CommandTable } from '../../engine/command.ts'
import type { Database } from '../../engine/database.ts'
import type { Effects } from '../../engine/effects.ts'
import type { Reply } from '../../reply.ts'
import type { JournalWriter } from './journal-writer.ts'
import { type Rewrite, REWRITES } from './propagation.ts'

export abstract class Recording implements Effects {
  protected readonly writer: JournalWriter
  /** By the command's index. */
  readonly #rewrites: (Rewrite | undefined)[]

  constructor(table: CommandTable, writer: JournalWriter) {
    this.writer = writer
    this.#rewrites = table.commands.map(({ name }) => REWRITES[name])
  }

  abstract readonly waits: boolean
  abstract settle(): void

  ran(command: Command, argv: Argv, reply: Reply, db: Database): void {
    const rewrite = this.#rewrites[command.index]
    const rewritten = rewrite === undefined ? null : rewrite(argv, reply, db)
    if (rewritten === null) this.writer.command(argv, db.index)
    else for (const each of rewritten) this.writer.command(each, db.index)
  }

  wrote(db: Database, argv: Argv): void {
    this.writer.command(argv, db.index)
  }

  removed(db: Database, key: ByteString): void {
    this.writer.command(['DEL', key], db.index)
  }

  fieldsRemoved(db: Database, key: ByteString, fields: readonly ByteString[]): void {
    this.writer.command(['HDEL', key, ...fields], db.index)
  }
}
