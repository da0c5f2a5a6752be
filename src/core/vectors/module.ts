// What the entry isodis/vectors gives an engine.
import type { Module } from '../engine/modules.ts'
import { MapReply } from '../reply.ts'
import { vectorGroup } from './commands.ts'
import { vectorSetType } from './vector-set.ts'

/** The data type vector set: `createRedis({ vectors })`. */
export const vectors: Module = /* @__PURE__ */ (() => ({
  groups: [vectorGroup()],
  docs: async () => (await import('./docs.ts')).docs,
  type: vectorSetType,
  listing: new MapReply(['name', 'vectorset', 'ver', 1, 'path', '', 'args', []]),
}))()
