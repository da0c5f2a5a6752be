// Redis's own test suite, from the source of the release that is this project's standard. It is not part of this
// repository: apt fetches it once into a folder that Git ignores, without touching the machine's package lists.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const VERSION = '7.0.15'
const POOL = 'https://deb.debian.org/debian'

const has = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
const isSuite = (dir) => existsSync(join(dir, 'tests/test_helper.tcl'))

/** What the suite calls besides a server. @param tls whether it is to use TLS */
export function requireTools(tls = false) {
  const missing = { tclsh: 'tcl', 'redis-cli': 'redis-tools', 'redis-benchmark': 'redis-tools', 'redis-check-aof': 'redis-tools' }
  const packages = new Set(Object.keys(missing).flatMap((command) => (has(command) ? [] : [missing[command]])))
  if (tls && !has('openssl')) packages.add('openssl')
  if (tls && has('tclsh') && spawnSync('tclsh', { input: 'package require tls' }).status !== 0) packages.add('tcl-tls')
  if (packages.size === 0) return
  throw new Error(`Redis's test suite needs programs that are not installed here.
  Debian, Ubuntu:  sudo apt-get install ${[...packages].join(' ')}
  macOS:           brew install ${[...packages].map((name) => (name === 'tcl' ? 'tcl-tk' : 'redis')).join(' ')}`)
}

/** @returns the folder of Redis's source: what REDIS_SOURCE names, or what apt brings into the cache */
export function provideSource(cache) {
  const given = process.env.REDIS_SOURCE
  if (given !== undefined) {
    if (isSuite(given)) return given
    throw new Error(`REDIS_SOURCE=${given} is no source of Redis: it has no tests/test_helper.tcl`)
  }
  const dir = join(cache, `redis-${VERSION}`)
  if (isSuite(dir)) return dir
  const missing = ['apt-get', 'tar'].filter((command) => !has(command))
  const otherwise = `Elsewhere, unpack https://download.redis.io/releases/redis-${VERSION}.tar.gz and name its folder in REDIS_SOURCE.`
  if (missing.length > 0)
    throw new Error(`The source of Redis ${VERSION} is fetched with ${missing.join(' and ')}, which is not here.\n${otherwise}`)
  const work = join(cache, 'apt')
  rmSync(work, { recursive: true, force: true })
  for (const folder of ['lists/partial', 'archives/partial', 'source']) mkdirSync(join(work, folder), { recursive: true })
  const list = join(work, 'sources.list')
  writeFileSync(list, sourcesOf())
  const options = {
    'Dir::Etc::SourceList': list,
    'Dir::Etc::SourceParts': '-',
    'Dir::State::lists': join(work, 'lists'),
    'Dir::Cache::archives': join(work, 'archives'),
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    'Debug::NoLocking': 'true',
    'APT::Sandbox::User': process.getuid?.() === 0 ? 'root' : '_apt',
  }
  const apt = (...args) => {
    const flags = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])
    const { status } = spawnSync('apt-get', [...flags, '-qq', ...args], {
      cwd: join(work, 'source'),
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    if (status !== 0) throw new Error(`apt-get ${args.join(' ')} failed, with the lists of ${list}.\n${otherwise}`)
  }
  apt('update')
  apt('source', '--download-only', 'redis')
  const archive = readdirSync(join(work, 'source')).find((file) => file.endsWith('.orig.tar.gz'))
  if (archive === undefined || !archive.includes(VERSION)) {
    throw new Error(`apt's lists have ${archive ?? 'no source'} instead of Redis ${VERSION}.\n${otherwise}`)
  }
  const unpacked = join(work, 'unpacked')
  mkdirSync(unpacked)
  const { status } = spawnSync('tar', ['-xzf', join(work, 'source', archive), '-C', unpacked], { stdio: 'inherit' })
  if (status !== 0) throw new Error(`${archive} cannot be unpacked`)
  renameSync(join(unpacked, readdirSync(unpacked)[0]), dir)
  rmSync(work, { recursive: true, force: true })
  return dir
}

/** This machine's own mirror and release, as a list of sources; Debian's where it has none. */
function sourcesOf() {
  const release = Object.fromEntries(
    readFileSync('/etc/os-release', 'utf8')
      .split('\n')
      .map((line) => line.replaceAll('"', '').split('=')),
  )
  const ubuntu = release.ID === 'ubuntu'
  const mirror = ubuntu ? 'http://archive.ubuntu.com/ubuntu' : POOL.replace('https:', 'http:')
  const keyring = `/usr/share/keyrings/${ubuntu ? 'ubuntu' : 'debian'}-archive-keyring.gpg`
  const signed = existsSync(keyring) ? `[signed-by=${keyring}] ` : ''
  return `deb-src ${signed}${mirror} ${release.VERSION_CODENAME} main${ubuntu ? ' universe' : ''}\n`
}
