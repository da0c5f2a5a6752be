#!/usr/bin/env node
// The command `isodis`: the engine as a server, with redis-server's options where it has them, and a look into its files.
import { VERSION } from '../../core/engine/version.ts'
import { ISODIS_VERSION } from './isodis-version.ts'
import { describeSummary, printRdb } from './rdb-command.ts'
import { IN_USE } from './listeners.ts'
import { messageOf, serve } from './serve-command.ts'
import { serveOptions } from './serve-options.ts'
import { fail, helpOf, suggestion, USAGE } from './usage.ts'

async function rdb(files: readonly string[], check: boolean): Promise<void> {
  const option = files.find((file) => file.startsWith('--'))
  if (option !== undefined) fail(`unknown option ${option}${suggestion(option, ['--check'])}`, 'rdb')
  if (files.length !== 1) fail('rdb takes one file', 'rdb')
  process.stdout.on('error', () => process.exit(1)) // `| head` has read enough
  const write = (lines: string): Promise<void> => new Promise((resolve) => void process.stdout.write(lines, () => resolve()))
  const summary = await printRdb(files[0], check ? null : write)
  process[check ? 'stdout' : 'stderr'].write(`${describeSummary(summary)}\n`)
}

async function main(): Promise<void> {
  const [command, ...args] = process.argv.slice(2)
  if (command === 'help' || [command, ...args].some((arg) => arg === '--help' || arg === '-h'))
    return void process.stdout.write(helpOf(command === 'help' ? args[0] : command))
  if (command === 'version' || [command, ...args].some((arg) => arg === '--version' || arg === '-v'))
    return void process.stdout.write(`isodis ${ISODIS_VERSION} (as Redis ${VERSION})\n`)
  const isCheck = (arg: string): boolean => arg === '--check'
  if (command === 'rdb') return rdb(args.filter((arg) => !isCheck(arg)), args.some(isCheck)) // prettier-ignore
  if (command === 'serve') return serve(serveOptions(args))
  const unknown = command === undefined ? '' : `\nisodis: unknown command "${command}"${suggestion(command, ['serve', 'rdb', 'help'])}\n`
  process.stderr.write(`${USAGE}${unknown}`)
  process.exit(2)
}

main().catch((error: unknown) => {
  const hint = (error as { code?: string }).code === IN_USE ? ' (--port and --rest-port choose other ports)' : ''
  process.stderr.write(`isodis: ${messageOf(error)}${hint}\n`)
  process.exit(1)
})
