// `CONFIG HELP` and the like: a container's subcommands as Redis lays them out, with what the docs say of each.
import { Status } from '../../reply.ts'
import { type Row, row } from '../command.ts'

/** The HELP subcommand of a container. @param categories its ACL categories */
export function help(name: string, categories = ''): Row {
  return row(`${name}|HELP`, 2, `loading stale ${categories}`.trim(), '', async (db) => {
    const { helpOf } = await import('../docs.ts')
    const docs = await db.engine.table.docs()
    const subcommands = [...(db.engine.table.get(name)?.subcommands?.keys() ?? [])]
    const lines = subcommands.flatMap((each) => {
      const found = helpOf(`${name} ${each}`, docs)
      return found === undefined ? [each.toUpperCase()] : [found.syntax.slice(name.length + 1), `    ${found.summary}`]
    })
    return [`${name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`, ...lines].map((line) => new Status(line))
  })
}
