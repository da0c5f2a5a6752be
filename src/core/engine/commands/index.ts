// Every group of commands that the entry `isodis` brings. EVAL and its like come with Lua, which is an entry of its own.
import type { Group } from '../command.ts'
import { basicGroups } from './basic.ts'
import { bitmaps } from './bitmaps.ts'
import { geo } from './geo.ts'
import { hyperloglogs } from './hyperloglog.ts'
import { streams } from '../../streams/streams.ts'

export const groups: readonly Group[] = [...basicGroups, bitmaps, geo, hyperloglogs, ...streams]
