// `rename-command` of redis.conf: commands that answer to other names, or to none.
import type { ByteString } from '../../core/bytes.ts'
import { type Command, CommandTable } from '../../core/engine/command.ts'

export class RenamedTable extends CommandTable {
  /** By names in lower case; undefined for those that are no more. */
  readonly #renamed = new Map<ByteString, Command | undefined>()

  /** @param renamed names and new names, `""` for none; @throws Error if there is no such command, or one that has the new name */
  constructor(base: CommandTable, renamed: readonly (readonly ByteString[])[]) {
    super([], base)
    for (const [from, to] of renamed) {
      const command = this.get(from)
      if (command === undefined) throw new Error(`No such command in rename-command: '${from}'`)
      if (to !== '' && this.get(to) !== undefined) throw new Error(`Target command name already exists: '${to}'`)
      this.#renamed.set(from.toLowerCase(), undefined)
      if (to !== '') this.#renamed.set(to.toLowerCase(), command)
    }
  }

  override get(name: ByteString): Command | undefined {
    const lower = name.toLowerCase()
    return this.#renamed.has(lower) ? this.#renamed.get(lower) : super.get(name)
  }
}
