// The command `isodis`, built from the sources. Plain JavaScript, since the run of Redis's test suite is not compiled.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds it in a folder from which the project's packages are found. @returns its file */
export async function buildCommand(dir) {
  await build({
    entryPoints: { cli: join(root, 'src/adapters/serve/cli.ts') },
    outdir: dir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  })
  return join(dir, 'cli.mjs')
}
