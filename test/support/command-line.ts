// The command `isodis` as users run it: built from the sources, in a process of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildCommand as buildIn } from './build-command.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Builds the command in a folder from which it finds the project's packages. @returns its file */
export async function buildCommand(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'isodis-cli-'))
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'), 'junction')
  return buildIn(dir)
}

export class CommandLine {
  readonly process: ChildProcess
  stdout = ''
  stderr = ''
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>

  constructor(file: string, ...args: string[]) {
    this.process = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.process.stdout!.on('data', (text) => (this.stdout += text))
    this.process.stderr!.on('data', (text) => (this.stderr += text))
    this.ended = new Promise((resolve) => this.process.once('close', (code, signal) => resolve(signal ?? code!)))
  }

  /** Waits until its output has this. @throws Error if it ends without */
  async says(text: RegExp): Promise<RegExpExecArray> {
    let ended = false
    void this.ended.then(() => (ended = true))
    for (;;) {
      const found = text.exec(this.stdout + this.stderr)
      if (found !== null) return found
      if (ended) throw new Error(`it ended without saying ${text}:\n${this.stdout}${this.stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}
