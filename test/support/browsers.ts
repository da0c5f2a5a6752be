// Real browsers on pages of ours.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser as Launched, type BrowserContext, chromium, firefox, type Page } from 'playwright'
import { build, preview } from 'vite'
import { CHROMIUM, CHROMIUM_ARGUMENTS, FIREFOX, FIREFOX_CHANNEL } from './executables.ts'

export interface Site extends AsyncDisposable {
  readonly url: string
}

/**
 * Serves a folder of the project, TypeScript included: bundled, since a page of a hundred modules takes its time to load.
 * @param worker the file of a service worker, which is served as one script
 */
export async function serveSite(root: string, worker?: string): Promise<Site> {
  const outDir = await mkdtemp(join(tmpdir(), 'isodis-site-'))
  const common = { root, configFile: false, logLevel: 'error' } as const
  const output = { outDir, target: 'esnext', minify: false, modulePreload: false } as const
  await build({ ...common, build: { ...output, emptyOutDir: true } })
  if (worker !== undefined) {
    const lib = { entry: join(root, worker), formats: ['iife' as const], name: 'worker', fileName: () => 'sw.js' }
    await build({ ...common, build: { ...output, emptyOutDir: false, lib } })
  }
  const server = await preview({ ...common, build: { outDir }, preview: { host: '127.0.0.1', port: 0 } })
  return {
    url: server.resolvedUrls!.local[0],
    async [Symbol.asyncDispose]() {
      await server.close()
      await rm(outDir, { recursive: true, force: true })
    },
  }
}

/** A browser for many tests: a context of it has storage of its own, opens at once, and forgets everything when it is closed. */
export const launchChromium = (): Promise<Launched> =>
  chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS, headless: true })

export const launchFirefox = (): Promise<Launched> => firefox.launch({ executablePath: FIREFOX, channel: FIREFOX_CHANNEL, headless: true })

/** A Chromium whose profile outlives its processes: what a user's browser keeps over a crash. */
export class Browser implements AsyncDisposable {
  readonly #profile: string
  #context: BrowserContext | null = null

  private constructor(profile: string) {
    this.#profile = profile
  }

  /** The newest log of a LevelDB in the profile: of what IndexedDB holds, or of the list of files that OPFS has. */
  async log(of: 'IndexedDB' | 'File System'): Promise<string> {
    const folder = join(this.#profile, 'Default', of)
    const logs = (await readdir(folder, { recursive: true })).filter((name) =>
      (of === 'IndexedDB' ? /\.log$/ : /Paths.\d+\.log$/).test(name),
    )
    return join(folder, logs.sort().at(-1)!)
  }

  static async withNewProfile(): Promise<Browser> {
    return new Browser(await mkdtemp(join(tmpdir(), 'isodis-chromium-')))
  }

  /** Opens a page, in a new process if there is none. */
  async open(url: string): Promise<Page> {
    this.#context ??= await chromium.launchPersistentContext(this.#profile, {
      executablePath: CHROMIUM,
      args: CHROMIUM_ARGUMENTS,
      headless: true,
    })
    const page = await this.#context.newPage()
    await page.goto(url)
    return page
  }

  /** Ends all processes of this browser at once, as a crash or the system would. */
  async kill(): Promise<void> {
    const { spawnSync } = await import('node:child_process')
    spawnSync('pkill', ['-KILL', '-f', this.#profile])
    await this.#context?.close().catch(() => {})
    this.#context = null
    // The profile says that it is in use by a process that is no more.
    await Promise.all(['SingletonLock', 'SingletonCookie', 'SingletonSocket'].map((name) => rm(join(this.#profile, name), { force: true })))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context?.close().catch(() => {})
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
