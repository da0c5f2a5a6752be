// Every method of the client, and what it does. A new group is added here; a method without cases fails suite.test.ts.
import type { Suite } from './contract.ts'
import { blocking } from './suite/blocking.ts'
import { client } from './suite/client.ts'
import { geo } from './suite/geo.ts'
import { hashes } from './suite/hashes.ts'
import { hyperloglogs } from './suite/hyperloglogs.ts'
import { keys } from './suite/keys.ts'
import { lists } from './suite/lists.ts'
import { scripting } from './suite/scripting.ts'
import { server } from './suite/server.ts'
import { sets } from './suite/sets.ts'
import { sortedSets } from './suite/sorted-sets.ts'
import { streams } from './suite/streams.ts'
import { strings } from './suite/strings.ts'

/** By groups, as the table of outcomes shows them. */
export const groups: Readonly<Record<string, Suite>> = {
  Strings: strings,
  Keys: keys,
  Hashes: hashes,
  Lists: lists,
  Sets: sets,
  'Sorted sets': sortedSets,
  'Places (geo)': geo,
  HyperLogLogs: hyperloglogs,
  Streams: streams,
  'Commands that wait': blocking,
  'Scripts and functions': scripting,
  'Server, saving, publishing': server,
  'The client itself': client,
}

export const suite: Suite = Object.assign({}, ...Object.values(groups)) as Suite
