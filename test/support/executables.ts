// Where the programs are that the tests drive: the server and the browsers; .ci/provide.js installs them.
import { existsSync } from 'node:fs'

const firstOf = (paths: (string | undefined)[]): string | undefined => paths.find((path) => path !== undefined && existsSync(path))

/** What is said of redis-server's replies is true of 7.0.15; others are named to see what clients meet there. */
export const REDIS_SERVER = process.env['ISODIS_REDIS'] ?? 'redis-server'

export const CHROMIUM = firstOf([process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'])
export const FIREFOX = firstOf([process.env['FIREFOX'], '/usr/bin/firefox-esr', '/usr/bin/firefox'])

/** Chromium's services look for the network at every start; a machine without one would wait for them. */
export const CHROMIUM_ARGUMENTS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
]
/** A Firefox that is installed, rather than a build of playwright's own, is driven over WebDriver BiDi. */
export const FIREFOX_CHANNEL = 'moz-firefox'
