// Every command's method, whatever runs it: the groups of commands/ taken together.
import { Geo } from './commands/geo.ts'
import { Hashes } from './commands/hashes.ts'
import { HyperLogLogs } from './commands/hyperloglog.ts'
import { Keys } from './commands/keys.ts'
import { Lists } from './commands/lists.ts'
import { Scripting } from './commands/scripting.ts'
import { Server } from './commands/server.ts'
import { Sets } from './commands/sets.ts'
import { SortedSets } from './commands/sorted-sets.ts'
import { Streams } from './commands/streams.ts'
import { Strings } from './commands/strings.ts'
import type { Text } from './decode.ts'
import { type Mode, Runner } from './runner.ts'

/** The groups. A new one is added to this line and to the interface below it. */
const GROUPS = [Strings, Keys, Lists, Hashes, Sets, SortedSets, Geo, HyperLogLogs, Streams, Scripting, Server]

// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- a class cannot extend several
export interface AllCommands<M extends Mode, T extends Text>
  extends
    Strings<M, T>,
    Keys<M, T>,
    Lists<M, T>,
    Hashes<M, T>,
    Sets<M, T>,
    SortedSets<M, T>,
    Geo<M, T>,
    HyperLogLogs<M, T>,
    Streams<M, T>,
    Scripting<M, T>,
    Server<M, T> {}

/**
 * The class has what the interface of its name says: each group's methods, copied below. It is not called `Commands`, because
 * React Native's Babel preset keeps exports of that name for itself; nor can that read static blocks.
 */
export abstract class AllCommands<M extends Mode, T extends Text> extends Runner<M, T> {}

for (const { prototype } of GROUPS) {
  const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(prototype)
  Object.defineProperties(AllCommands.prototype, methods)
}
