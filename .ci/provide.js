// What the tests need besides npm packages: redis-server as the reference, OpenSSL for certificates, Chromium, Firefox and WebKit
// as real browsers; with the argument `tcl` the language of Redis's own test suite. As root on a machine with apt they are installed; otherwise it
// says what is missing and how to get it. The engines of test/engines come from npm, into their own folder.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const chromium = () =>
  process.env.CHROMIUM ? existsSync(process.env.CHROMIUM) : has('chromium') || has('chromium-browser') || has('google-chrome')

const firefox = () => (process.env.FIREFOX ? existsSync(process.env.FIREFOX) : has('firefox-esr') || has('firefox'))

/** There is Debian's build of it only; elsewhere the tests do without. */
const webkit = () => !has('apt-get') || (has('WebKitWebDriver') && has('xvfb-run'))

const BREW = { tcl: 'tcl-tk', 'redis-server': 'redis', chromium: '--cask chromium', 'firefox-esr': '--cask firefox' }

function missing() {
  const packages = []
  if (!has('openssl')) packages.push('openssl')
  if (!has('redis-server')) packages.push('redis-server')
  if (!chromium()) packages.push('chromium')
  if (!firefox()) packages.push('firefox-esr')
  if (!webkit()) packages.push('webkit2gtk-driver', 'xvfb', 'xauth')
  if (process.argv.includes('tcl') && !has('tclsh')) packages.push('tcl')
  return packages
}

let packages = missing()
if (packages.length > 0 && process.getuid?.() === 0 && has('apt-get')) {
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  execFileSync('apt-get', ['update', '-qq'], options)
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options)
  // Debian starts a server of its own, which the tests do not want.
  spawnSync('sh', ['-c', 'service redis-server stop'], { stdio: 'ignore' })
  packages = missing()
}
if (packages.length > 0) {
  console.error(`The tests need ${packages.join(' and ')}, which are not installed here.
  Debian, Ubuntu:  sudo apt-get install ${packages.join(' ')}
  macOS:           brew install ${packages.map((name) => BREW[name]).join(' ')}
A browser elsewhere is found through the environment variables CHROMIUM (Chrome does as well) and FIREFOX.`)
  process.exit(1)
}

// Without a network only the tests that need them fail.
const engines = fileURLToPath(new URL('../test/engines', import.meta.url))
if (!existsSync(`${engines}/node_modules`)) {
  spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: engines, stdio: 'inherit', shell: true })
}
