// The package as it is published, installed in a folder of its own, and programs that use it there.
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BuildOptions, build as bundle } from 'esbuild'
import { build as buildLibrary } from 'vite'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a program in that folder runs. */
const ENTRIES = `import * as isodis from 'isodis'
import * as small from 'isodis/small'
import * as rest from 'isodis/rest'
import * as upstash from 'isodis/upstash'
import * as scripts from 'isodis/scripts'
import * as lua from 'isodis/lua'
import * as json from 'isodis/json'
import * as vectors from 'isodis/vectors'
import { smoke } from './smoke.mjs'
export const outcome = () => smoke({ isodis, small, rest, upstash, scripts, lua, json, vectors })
`
const PROGRAMS = {
  /** Prints the outcome: Node, Deno, Bun. */
  'print.mjs': `import { outcome } from './entries.mjs'\nconsole.log(JSON.stringify(await outcome()))\n`,
  /** Follows the server at a port, says what it is told, and stops when it is told to: Node, Deno, Bun. */
  'replicate.mjs': `import { createRedis } from 'isodis'
import { replicate } from 'isodis/server'
const redis = await createRedis()
const replica = await replicate(redis, { port: Number(process.argv.at(-1)) })
console.log('has ' + redis.sync.get('told'))
for await (const { message } of await redis.subscribe('news')) {
  console.log('has ' + redis.sync.get('told'))
  if (message === 'stop') break
}
replica.stop()
`,
  /** Answers with the outcome: Workers. */
  'worker.mjs': `import { outcome } from './entries.mjs'\nexport default { fetch: async () => Response.json(await outcome()) }\n`,
  /** Serves the REST handler on a free port and prints it: Node, Deno, Bun, each with what it has. */
  'serve.mjs': `import { createRedis } from 'isodis'
import { createRestHandler } from 'isodis/rest'
const handler = createRestHandler(await createRedis(), { token: 'token' })
const { Bun, Deno } = globalThis
if (Bun) console.log(Bun.serve({ hostname: '127.0.0.1', port: 0, idleTimeout: 0, fetch: handler }).port)
else if (Deno) Deno.serve({ hostname: '127.0.0.1', port: 0, onListen: ({ port }) => console.log(port) }, handler)
else {
  const { serveRest } = await import('isodis/server')
  console.log((await serveRest(handler, { port: 0 })).port)
}
`,
  /** The REST handler on an engine that lives as long as the isolate: Workers. */
  'rest-worker.mjs': `import { createRedis } from 'isodis'
import { createRestHandler } from 'isodis/rest'
let made
export default {
  async fetch(request, env) {
    made ??= createRedis().then((redis) => createRestHandler(redis, { token: env.TOKEN }))
    return (await made)(request)
  },
}
`,
  /** Leaves a promise of the outcome: engines that have the language only. */
  'engine.mjs': `import { outcome } from './entries.mjs'\nglobalThis.finished = outcome().then((value) => JSON.stringify(value))\n`,
  /** Prints the outcome: Hermes. */
  'hermes.mjs': `import { outcome } from './entries.mjs'\nvoid outcome().then((value) => print(JSON.stringify(value)))\n`,
  /** Shows the outcome: pages. */
  'page.mjs': `import { outcome } from './entries.mjs'\nglobalThis.outcome = outcome\n`,
}

export interface InstalledPackage extends AsyncDisposable {
  readonly dir: string
  /** Makes one file of a program and all it imports, as tools for Workers and pages do. */
  bundle(program: keyof typeof PROGRAMS, options?: BuildOptions): Promise<string>
}

export async function installPackage(): Promise<InstalledPackage> {
  const dir = await mkdtemp(join(tmpdir(), 'isodis-package-'))
  const packed = join(dir, 'packed')
  await mkdir(packed)
  await cp(join(root, 'package.json'), join(packed, 'package.json'))
  await buildLibrary({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: join(packed, 'dist'), emptyOutDir: true },
  })
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts'], { cwd: packed })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  const installed = join(dir, 'node_modules', 'isodis')
  await mkdir(installed, { recursive: true })
  await run('tar', ['-xzf', join(packed, filename), '-C', installed, '--strip-components=1'])
  await symlink(join(root, 'node_modules', 'idb-keyval'), join(dir, 'node_modules', 'idb-keyval'))
  await bundle({ entryPoints: [join(root, 'test/runtimes/smoke.ts')], outfile: join(dir, 'smoke.mjs'), format: 'esm', target: 'es2022' })
  await writeFile(join(dir, 'entries.mjs'), ENTRIES)
  for (const [name, text] of Object.entries(PROGRAMS)) await writeFile(join(dir, name), text)
  return {
    dir,
    async bundle(program, options) {
      const outfile = join(dir, `bundled-${program}`)
      const wanted: BuildOptions = { format: 'esm', platform: 'browser', target: 'es2022', ...options }
      await bundle({ ...wanted, entryPoints: [join(dir, program)], outfile, bundle: true })
      return outfile
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  }
}
