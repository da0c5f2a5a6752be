// The groups of commands that every engine has.
import type { Group } from '../command.ts'
import { commandIntrospection } from './command.ts'
import { connection } from './connection.ts'
import { hashes } from './hashes.ts'
import { keys } from './keys.ts'
import { lists } from './lists.ts'
import { pubsub } from './pubsub.ts'
import { saving } from './saving.ts'
import { server } from './server.ts'
import { sets } from './sets.ts'
import { sort } from './sort.ts'
import { sortedSetAlgebra } from './sorted-set-algebra.ts'
import { sortedSets } from './sorted-sets.ts'
import { strings } from './strings.ts'
import { transactions } from './transactions.ts'

export const basicGroups: readonly Group[] = [
  strings,
  keys,
  sort,
  lists,
  hashes,
  sets,
  sortedSets,
  sortedSetAlgebra,
  transactions,
  pubsub,
  connection,
  server,
  saving,
  commandIntrospection,
]
