// WebKit, the engine of Safari, as a browser for vitest: Debian's build of it in a virtual display, driven over WebDriver.
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { defineBrowserProvider } from '@vitest/browser'
import type { BrowserProvider, BrowserProviderOption, TestProject } from 'vitest/node'

const BROWSERS = ['x86_64', 'aarch64'].flatMap((machine) =>
  ['4.1', '4.0'].map((version) => `/usr/lib/${machine}-linux-gnu/webkit2gtk-${version}/MiniBrowser`),
)
const BROWSER = BROWSERS.find(existsSync)
/** Whether it is installed here: packages webkit2gtk-driver and xvfb. */
export const HAS_WEBKIT = BROWSER !== undefined && existsSync('/usr/bin/WebKitWebDriver') && existsSync('/usr/bin/xvfb-run')

/** How long the driver may take to start. */
const PATIENCE_MS = 30_000

export function webkit(): BrowserProviderOption {
  return defineBrowserProvider({ name: 'webkit', options: {}, providerFactory: (project) => new WebKit(project) })
}

class WebKit implements BrowserProvider {
  readonly name = 'webkit'
  readonly supportsParallelism = false
  #driver: ChildProcess | null = null
  #port = 0
  #session: string | null = null

  constructor(project: TestProject) {
    // The window has the size that it has.
    project.browser!.registerCommand('__vitest_viewport' as never, (() => {}) as never)
  }

  getCommandsContext(): Record<string, unknown> {
    return {}
  }

  async openPage(_session: string, url: string): Promise<void> {
    this.#session ??= await this.#start()
    await this.#ask('POST', `/session/${this.#session}/url`, { url })
  }

  async close(): Promise<void> {
    if (this.#session !== null) await this.#ask('DELETE', `/session/${this.#session}`).catch(() => {})
    this.#session = null
    // With its display and all its processes.
    if (this.#driver?.pid !== undefined) process.kill(-this.#driver.pid)
    this.#driver = null
  }

  /** @returns the session's ID */
  async #start(): Promise<string> {
    this.#port = await freePort()
    const line = ['-a', 'WebKitWebDriver', '--host=127.0.0.1', `--port=${this.#port}`]
    // Its sandbox needs rights that containers do not give.
    const env = { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' }
    this.#driver = spawn('xvfb-run', line, { stdio: 'ignore', detached: true, env })
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary: BROWSER, args: ['--automation'] } } }
    for (const end = Date.now() + PATIENCE_MS; ;) {
      try {
        return ((await this.#ask('POST', '/session', { capabilities })) as { sessionId: string }).sessionId
      } catch (error) {
        if (Date.now() > end) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  async #ask(method: string, path: string, body?: object): Promise<unknown> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, init)
    const { value } = (await response.json()) as { value: { error?: string; message?: string } | null }
    if (!response.ok) throw new Error(`WebDriver: ${value?.error}: ${value?.message}`)
    return value
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
