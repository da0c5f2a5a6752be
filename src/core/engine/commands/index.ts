// Every group of commands that the engine itself brings. EVAL and its like come with Lua, which is an entry of its own.
import type { Group } from '../command.ts'
import { bitmaps } from './bitmaps.ts'
import { commandIntrospection } from './command.ts'
import { connection } from './connection.ts'
import { geo } from './geo.ts'
import { hashes } from './hashes.ts'
import { hyperloglogs } from './hyperloglog.ts'
import { keys } from './keys.ts'
import { lists } from './lists.ts'
import { pubsub } from './pubsub.ts'
import { saving } from './saving.ts'
import { server } from './server.ts'
import { sets } from './sets.ts'
import { sort } from './sort.ts'
import { sortedSetAlgebra } from './sorted-set-algebra.ts'
import { sortedSets } from './sorted-sets.ts'
import { streamGroups } from './stream-groups.ts'
import { streamInfo } from './stream-info.ts'
import { streamReading } from './stream-reading.ts'
import { streamReferences } from './stream-references.ts'
import { streams } from './streams.ts'
import { strings } from './strings.ts'
import { transactions } from './transactions.ts'

export const groups: readonly Group[] = [
  strings,
  bitmaps,
  keys,
  sort,
  lists,
  hashes,
  sets,
  sortedSets,
  sortedSetAlgebra,
  geo,
  hyperloglogs,
  streams,
  streamReading,
  streamGroups,
  streamInfo,
  streamReferences,
  transactions,
  pubsub,
  connection,
  server,
  saving,
  commandIntrospection,
]
