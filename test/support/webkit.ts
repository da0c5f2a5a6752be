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
  #driver: WebDriver | null = null

  constructor(project: TestProject) {
    // The window has the size that it has.
    project.browser!.registerCommand('__vitest_viewport' as never, (() => {}) as never)
  }

  getCommandsContext(): Record<string, unknown> {
    return {}
  }

  async openPage(_session: string, url: string): Promise<void> {
    this.#driver ??= await WebDriver.start()
    await this.#driver.ask('POST', '/url', { url })
  }

  async close(): Promise<void> {
    await this.#driver?.close()
    this.#driver = null
  }
}

/** A browser of its own, with its driver and its display. */
export class WebDriver {
  readonly #process: ChildProcess
  readonly #port: number
  #session = ''

  private constructor(port: number) {
    this.#port = port
    const line = ['-a', 'WebKitWebDriver', '--host=127.0.0.1', `--port=${port}`]
    // Its sandbox needs rights that containers do not give.
    const env = { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1', LIBGL_ALWAYS_SOFTWARE: '1' }
    this.#process = spawn('xvfb-run', line, { stdio: 'ignore', detached: true, env })
  }

  static async start(): Promise<WebDriver> {
    const driver = new WebDriver(await freePort())
    const capabilities = { alwaysMatch: { 'webkitgtk:browserOptions': { binary: BROWSER, args: ['--automation'] } } }
    for (const end = Date.now() + PATIENCE_MS; ;) {
      try {
        const { sessionId } = (await driver.#send('POST', '/session', { capabilities })) as { sessionId: string }
        driver.#session = sessionId
        return driver
      } catch (error) {
        if (Date.now() > end) throw error
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  /** https://www.w3.org/TR/webdriver2/#endpoints @param path what follows the session */
  ask(method: string, path: string, body?: object): Promise<unknown> {
    return this.#send(method, `/session/${this.#session}${path}`, body)
  }

  async #send(method: string, path: string, body?: object): Promise<unknown> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
    const response = await fetch(`http://127.0.0.1:${this.#port}${path}`, init)
    const { value } = (await response.json()) as { value: { error?: string; message?: string } | null }
    if (!response.ok) throw new Error(`WebDriver: ${value?.error}: ${value?.message}`)
    return value
  }

  async close(): Promise<void> {
    await this.ask('DELETE', '').catch(() => {})
    // With its display and all its processes.
    if (this.#process.pid !== undefined) process.kill(-this.#process.pid)
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
