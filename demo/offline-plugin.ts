// Makes the build work offline: adds the service worker to it, with the list of the build's files and a name for this
// build, so that a changed file is a new worker and a new cache.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import type { Plugin } from 'vite'

const FILE_NAME = 'service-worker.js'

export function offline(worker: string): Plugin {
  let publicDir = ''
  return {
    name: 'offline',
    apply: 'build',
    configResolved(config) {
      publicDir = config.publicDir
    },
    buildStart() {
      this.emitFile({ type: 'chunk', id: worker, fileName: FILE_NAME })
    },
    // After Vite has added the page itself.
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const hash = createHash('sha256')
        const files = ['./']
        for (const name of Object.keys(bundle).toSorted()) {
          const file = bundle[name]
          hash.update(name).update(file.type === 'chunk' ? file.code : file.source)
          if (name !== FILE_NAME && name !== 'index.html') files.push(name)
        }
        for (const path of publicFiles(publicDir)) {
          hash.update(path).update(readFileSync(path))
          files.push(relative(publicDir, path).split(sep).join('/'))
        }
        const chunk = bundle[FILE_NAME]
        if (chunk?.type !== 'chunk') throw new Error(`${FILE_NAME} is not in the build`)
        // The worker's two placeholders are words that appear nowhere else.
        chunk.code = chunk.code
          .replace('PRECACHED_FILES', JSON.stringify(files))
          .replace('BUILD_NAME', JSON.stringify(hash.digest('hex').slice(0, 16)))
      },
    },
  }
}

function publicFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}
