// Runs an example: `node examples/run.js workers --redis redis://localhost`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const [name, ...args] = process.argv.slice(2)
const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const outfile = here(`.out/${name}.mjs`)
await build({
  entryPoints: [here(`${name}/main.ts`)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
})
process.exitCode = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...args], { stdio: 'inherit' }).status ?? 1
