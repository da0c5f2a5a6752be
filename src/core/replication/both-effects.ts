// A journal and a feed, which both hear of every change.
import type { ByteString } from '../bytes.ts'
import type { Argv, Command } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import type { Effects } from '../engine/effects.ts'
import type { Reply } from '../reply.ts'

export class BothEffects implements Effects {
  readonly all: readonly Effects[]

  constructor(all: readonly Effects[]) {
    this.all = all
  }

  get waits(): boolean {
    return this.all.some(({ waits }) => waits)
  }

  ran(command: Command, argv: Argv, reply: Reply, db: Database): void {
    for (const each of this.all) each.ran(command, argv, reply, db)
  }

  wrote(db: Database, argv: Argv): void {
    for (const each of this.all) each.wrote(db, argv)
  }

  removed(db: Database, key: ByteString): void {
    for (const each of this.all) each.removed(db, key)
  }

  fieldsRemoved(db: Database, key: ByteString, fields: readonly ByteString[]): void {
    for (const each of this.all) each.fieldsRemoved(db, key, fields)
  }

  settle(): void {
    for (const each of this.all) each.settle()
  }
}
