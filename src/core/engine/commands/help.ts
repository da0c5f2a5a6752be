// `CONFIG HELP` and the like: what a container's subcommands are, read from its rows.
import { Status } from '../../reply.ts'
import { type Row, row } from '../command.ts'

/** The HELP subcommand of a container. @param categories its ACL categories */
export function help(name: string, categories = ''): Row {
  return row(`${name}|HELP`, 2, `loading stale ${categories}`.trim(), '', (db) => {
    const subcommands = [...(db.engine.table.get(name)!.subcommands?.keys() ?? [])]
    const lines = [`${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`, ...subcommands.map((each) => each.toUpperCase())]
    return lines.map((line) => new Status(line))
  })
}
