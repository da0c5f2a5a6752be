// What an app ships: each public path bundled for browsers, minified and gzipped, against its budget. `initial` is what
// loads at once; `total` has the parts that are imported when they are first needed (COMMAND DOCS and the like).
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const src = fileURLToPath(new URL('../src', import.meta.url))

/** Kilobytes of 1000 bytes. `external` is what the app has anyway. */
const budgets = [
  {
    name: 'isodis with isodis/indexeddb',
    code: "export * from './adapters/memory.ts'; export * from './adapters/storage/indexeddb.ts'",
    // The goal is 45 for what the first version has without streams, places, HyperLogLogs, records of changes and sharing.
    // EVAL, SCRIPT and FUNCTION as methods, for apps that come with Lua, are 0.3; signals for subscriptions 0.1. What counts
    // toward maxmemory besides the data is 0.2, of Lua 0.1. Fake timers of tests are 0.2.
    // What is newer than Redis 7.4: of hashes 0.9, of streams 1.7, of strings and bitmaps 0.9, the
    // hash that DIGEST gives 1.2; and 1.0 in parts that are loaded later.
    // That entries can bring types of values, which are saved, loaded and counted as others are, is 1.1 (with isodis/json or isodis/vectors).
    // What CLIENT and INFO tell since 7.2 and 7.4 is 0.3, the events of what is overwritten 0.1. The files of Valkey 9 and Redis 8.6 are 0.2.
    // That a full storage can be read, and one of a later version says so, is 0.2; that a service worker hands the database over, 0.3
    // in what is loaded later.
    // That a Chromium which was killed does not delete the data, and that it is said if it has, is 0.2; that a lost manifest is noticed, 0.1.
    // That no command pays for others' waiting and watching is 0.1; that COMMAND's reply is kept, and HyperLogLogs are read four
    // registers at a time, 0.1. Engines that have the language only, and React Native's, are 0.35: above all text without a TextDecoder.
    // That an engine can be a master or a replica (which is in isodis/admin) is 0.45, and that it can go on as one after a restart 0.15.
    // What was tried and saves nothing, since gzip sees the repetition too: handlers that a function makes (`push('l')`) are 0.1 more,
    // one function for HDEL, SREM and ZREM is as large as the three.
    // That it can be a cluster by itself (isodis/admin has the rules) is 0.1.
    // That many fields or members are removed in one pass is 0.35, that BITPOS makes bytes of a text part by part 0.05, a quick CLIENT LIST 0.05.
    // That stored data and calls of what `isodis/small` leaves out say so is 0.1.
    // That a tab is patient over a sleep, and for longer than a timer lasts, is 0.05, most of it in what is loaded later.
    initial: 99.25,
    total: 125.8,
  },
  // Of the 20 that it saves, streams are 12, places 3, bitmaps and HyperLogLogs 2.5 each. The client's methods for them, which are here, are 1.2,
  // and so are SORT, 0.9, and the hash of DIGEST and IFDEQ, 1.3: their groups are.
  {
    name: 'isodis/small with isodis/indexeddb',
    code: "export * from './adapters/small.ts'; export * from './adapters/storage/indexeddb.ts'",
    initial: 79.2,
    total: 106.85,
  },
  // The goal is 6. Without what every client has too it is 14: the printer is 2, the commands' names, forms and words are 3.
  // Errors for JSON.stringify and for $.break() outside of a loop are 0.05, text without a TextDecoder is 0.2.
  { name: 'isodis/scripts', code: "export * from './scripts/builder/define.ts'", initial: 17.45, total: 17.45 },
  // Lua beside the engine, which is there anyway. The goal is 28: half of it is the language, half Redis's libraries and commands.
  // Errors of error handlers, and limits of functions that hand variables on, are 0.05, scripts on replicas 0.1, the sign of NaN as an argument of a command 0.01, clusters 0.15.
  {
    name: 'isodis/lua',
    code: "export * from './scripts/lua/scripting.ts'",
    initial: 37.85,
    total: 37.85,
    external: ['../core/*', '../../core/*', '../../../core/*'],
  },
  // The data type beside the engine, and its commands for a client that is there anyway. The goal is 9: paths with filters are 3.5,
  // of which regular expressions in linear time are 1.5; the client's methods are 1.1, FORMAT and JSON.NUMPOWBY 0.3, that many
  // elements are removed in one go 0.1, that MERGE looks only at what it changes 0.04, what is loaded later COMMAND DOCS.
  {
    name: 'isodis/json',
    code: "export * from './core/json/json.ts'",
    initial: 11.95,
    total: 12.95,
    external: ['../bytes.ts', '../numbers.ts', '../reply.ts', '../client/*', '../engine/*', '../persistence/*'],
  },
  // The same of vector sets: the graph is 2.2, filters are 1.8, the client's methods 1.5, what files hold 1.3.
  {
    name: 'isodis/vectors',
    code: "export * from './core/vectors/vectors.ts'",
    initial: 10,
    total: 10.7,
    external: ['../bytes.ts', '../numbers.ts', '../reply.ts', '../client/*', '../engine/*', '../persistence/*'],
  },
  // The goal is 10; more than 8 of it are the client, which every backend shares. The same methods and signals are 0.3 here, and those
  // of Redis 8 are 0.2; that JSON's commands have other replies in RESP3 is 0.1, what no shared connection may be told 0.05. That it runs in React Native, whose signals
  // have no reasons, is 0.35. A table in place of the methods that only pass their
  // arguments on, 116 of 244, would save 0.7, less what reads it; nothing would check then that a decoder gives what its method says.
  { name: 'isodis/upstash', code: "export * from './adapters/upstash.ts'", initial: 14.85, total: 14.85 },
  // Besides the client, backends for servers and clusters are 2.7, which isodis/ioredis has too, what is node-redis's own 2.
  // That WAIT is sent where it counts is 0.1. That what waits in a pipeline holds up nobody, and closing does not wait for connections
  // which are still being made but for calls under way, is 0.45; transactions that follow their keys while a slot moves, and SELECT in them, 0.4.
  { name: 'isodis/node-redis', code: "export * from './adapters/node-redis.ts'", initial: 17.65, total: 17.65 },
]

const rows = []
let over = false
for (const { name, code, initial, total, external = [] } of budgets) {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: src, loader: 'ts' },
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    external: ['node:*', ...external],
    outdir: 'out',
    entryNames: 'entry',
    metafile: true,
    write: false,
  })
  const sizes = new Map(
    outputFiles.map(({ path, contents }) => [path.slice(path.lastIndexOf('/') + 1), gzipSync(contents, { level: 9 }).length / 1000]),
  )
  // The entry and what it imports statically.
  const first = new Set()
  const visit = (path) => {
    if (first.has(path)) return
    first.add(path)
    for (const { path: next, kind } of metafile.outputs[path]?.imports ?? []) if (kind === 'import-statement') visit(next)
  }
  visit('out/entry.js')
  const sum = (names) => [...names].reduce((all, each) => all + (sizes.get(each.slice(each.lastIndexOf('/') + 1)) ?? 0), 0)
  const row = { name, initial: sum(first), total: sum(sizes.keys()) }
  rows.push({ name, 'initial kB': row.initial.toFixed(1), budget: initial, 'total kB': row.total.toFixed(1), 'budget ': total })
  if (row.initial > initial || row.total > total) over = true
}
console.table(rows)
if (over) {
  console.error('Over budget.')
  process.exitCode = 1
}
