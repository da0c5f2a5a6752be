// Which commands belong to which ACL category. It is made once for a table of commands.
import type { ByteString } from '../../bytes.ts'
import type { Command, CommandTable } from '../../engine/command.ts'
import { CATEGORIES, categoriesOf } from '../../engine/commands/command.ts'

export class Catalogue {
  readonly table: CommandTable
  readonly #members = new Map<string, Command[]>(CATEGORIES.map((name) => [name, []]))

  constructor(table: CommandTable) {
    this.table = table
    for (const command of table.commands) {
      for (const name of categoriesOf(command)) {
        const members = this.#members.get(name)
        if (members === undefined) this.#members.set(name, [command])
        else members.push(command)
      }
    }
  }

  /** Of all categories: Redis's own in its order, then those that modules bring. */
  get names(): string[] {
    return [...this.#members.keys()]
  }

  /** The commands of a category, subcommands too; undefined if there is none of the name, in any case. */
  members(name: ByteString): readonly Command[] | undefined {
    return this.#members.get(name.toLowerCase())
  }
}
