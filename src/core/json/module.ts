// What the entry isodis/json gives an engine.
import type { Module } from '../engine/modules.ts'
import { MapReply } from '../reply.ts'
import { jsonGroup } from './commands.ts'
import { jsonType } from './document.ts'

/** The data type JSON: `createRedis({ json })`. */
export const json: Module = /* @__PURE__ */ (() => ({
  groups: [jsonGroup()],
  docs: async () => (await import('./docs.ts')).docs,
  type: jsonType,
  listing: new MapReply(['name', 'ReJSON', 'ver', 80400, 'path', '', 'args', []]),
}))()
