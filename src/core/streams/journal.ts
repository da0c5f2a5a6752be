// What commands of streams are in the journal: see propagation.ts of persistence. It comes with the journal, and needs only their options.
import type { ByteString } from '../bytes.ts'
import type { Rewrite } from '../persistence/journal/propagation.ts'
import { addOptions, idArguments, isReferences } from './options.ts'
import { formatId, MAX_ID } from './stream-id.ts'
import type { Stream } from './stream.ts'

/** XADD and XTRIM: the ID that the entry got, and how far was trimmed. */
const xaddOrXtrim =
  (adding: boolean): Rewrite =>
  (argv, reply, db) => {
    const { trim, references, at } = addOptions(db, argv, adding)
    // DELREF and ACKED have written their own commands (see commands-references.ts).
    if (references !== '') return []
    const options = argv.slice(0, at).filter((word, i) => i < 2 || !isReferences(word.toUpperCase()))
    if (trim?.approximate) {
      const stream = db.keyspace.get(argv[1]) as Stream
      const how = options.indexOf('~', 2)
      options.splice(how, 2, '=', trim.minId === null ? String(stream.size) : formatId(stream.edge(false) ?? MAX_ID))
      const limit = options.findIndex((word, i) => i > 1 && word.toUpperCase() === 'LIMIT')
      if (limit > 0) options.splice(limit, 2)
    }
    const id = argv[at]?.endsWith('*') ? [reply as ByteString] : argv.slice(at, at + 1)
    return [[...options, ...id, ...argv.slice(at + 1)]]
  }

/** XDELEX and XACKDEL: acknowledgements have been written already; what was removed becomes XDEL. */
const removeEntries: Rewrite = (argv, reply) => {
  const { ids } = idArguments(argv, argv[0].toUpperCase() === 'XDELEX' ? 2 : 3)
  const removed = ids.filter((_, i) => (reply as number[])[i] === 1)
  return removed.length === 0 ? [] : [['XDEL', argv[1], ...removed]]
}

/** Commands that write to the journal themselves. */
const nothing: Rewrite = () => []

export const rewrites: Readonly<Record<string, Rewrite>> = {
  xadd: xaddOrXtrim(true),
  xtrim: xaddOrXtrim(false),
  xdelex: removeEntries,
  xackdel: removeEntries,
  xreadgroup: nothing,
  xclaim: nothing,
  xautoclaim: nothing,
}
