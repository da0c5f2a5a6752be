// The prompt without its looks: runs lines, keeps what they printed, and knows the commands that are redis-cli's own.
import { type ReadonlySignal, signal } from '@preact/signals'
import type { Redis } from 'isodis'
import { type ByteString, encodeUtf8 } from '../../../src/core/bytes.ts'
import { ReplyError, type Reply } from '../../../src/core/reply.ts'
import { splitWords } from '../../../src/core/words.ts'
import { Connection } from './connection.ts'
import { CommandDocs, type CommandHelp } from './command-docs.ts'
import { History } from './history.ts'
import { printReply } from './print-reply.ts'

export interface Output {
  readonly number: number
  /** The prompt that it was typed at, and the line; null for what came by itself. */
  readonly input: { readonly prompt: string; readonly line: string } | null
  readonly text: string
  readonly kind: 'reply' | 'error' | 'note'
}

const OUTPUTS_KEPT = 300
/** A reply longer than this is shown in part: a page cannot lay out megabytes of text. */
const TEXT_LIMIT = 100_000
/** As redis-cli: a command that took longer says so. */
const SLOW_MS = 500

const WELCOME = `Redis runs in this page. What you type is kept in your browser, and shared by all tabs of it. Try one of these, then reload:`
/** What shows most, for who does not know what to type. */
export const EXAMPLES = [
  'set greeting hello ex 60',
  'hset user:1 name Ann visits 3',
  'zadd scores 31 ann 27 bob',
  'zrange scores 0 -1 rev withscores',
  `eval "return redis.call('incr', KEYS[1]) * 2" 1 visits`,
  'subscribe news',
] as const

const HELP = `To get help about Redis commands type:
      "help @<group>" to get a list of commands in <group>
      "help <command>" for help on <command>
      "help <tab>" to get a list of possible help topics
      "clear" to empty this view

Up and Down go through what was typed, Ctrl-R searches it.
Ctrl-C ends a command that waits, Ctrl-L empties the view.`

export class Terminal {
  readonly history = new History()
  readonly #connection: Connection
  readonly #onDone: () => void
  readonly #outputs = signal<readonly Output[]>([])
  readonly #docs = signal<CommandDocs | null>(null)
  readonly #prompt = signal('')
  /** What runs now, so that it can be stopped. */
  readonly #running = signal<{ readonly endless: boolean; stop(): void } | null>(null)
  #number = 0

  /** @param onDone is called when a command may have changed something */
  constructor(redis: Redis, onDone: () => void) {
    this.#connection = new Connection(redis)
    this.#onDone = onDone
    this.#showPrompt()
    this.#print(WELCOME, 'note')
    void CommandDocs.load(redis).then((docs) => {
      this.#docs.value = docs
    })
  }

  get outputs(): ReadonlySignal<readonly Output[]> {
    return this.#outputs
  }

  /** Null until they are loaded. */
  get docs(): ReadonlySignal<CommandDocs | null> {
    return this.#docs
  }

  get prompt(): ReadonlySignal<string> {
    return this.#prompt
  }

  get running(): ReadonlySignal<{ readonly endless: boolean; stop(): void } | null> {
    return this.#running
  }

  clear(): void {
    this.#outputs.value = []
  }

  /** Runs a line as typed. Settles when its reply is printed; a line that goes on for ever settles when it is stopped. */
  async enter(line: string): Promise<void> {
    const typed = line.trim()
    const input = { prompt: this.#prompt.value, line: typed }
    this.history.add(typed)
    if (typed === '') return this.#print('', 'note', input)
    const words = splitWords(encodeUtf8(typed))
    if (words === null || words.length === 0) return this.#print('Invalid argument(s)', 'error', input)
    const name = words[0].toLowerCase()
    if (name === 'clear') return this.clear()
    if (name === 'help' || name === '?') return this.#print(this.#help(words.slice(1)), 'note', input)
    if (name === 'exit') return this.#print('The database lives in this page: close the tab to leave.', 'note', input)
    if (Connection.isEndless(words)) return this.#listen(words, input)
    const repeat = words.length > 1 && /^[1-9]\d{0,3}$/.test(words[0]) ? Number(words.shift()) : 1
    for (let i = 0; i < repeat; i++) await this.#run(words, i === 0 ? input : null)
    this.#onDone()
  }

  async #run(words: readonly ByteString[], input: Output['input']): Promise<void> {
    const abort = new AbortController()
    this.#running.value = { endless: false, stop: () => abort.abort() }
    const started = performance.now()
    const reply = await this.#connection.run(words, abort.signal)
    const took = performance.now() - started
    this.#running.value = null
    const time = took >= SLOW_MS ? `\n(${(took / 1000).toFixed(2)}s)` : ''
    this.#showPrompt()
    this.#printReply(reply, input, time)
  }

  async #listen(words: readonly ByteString[], input: Output['input']): Promise<void> {
    const monitors = words[0].toLowerCase() === 'monitor'
    this.#print(monitors ? '' : 'Reading messages... (press Ctrl-C to quit)', 'note', input)
    let end = async (): Promise<void> => {}
    await new Promise<void>((resolve) => {
      this.#running.value = { endless: true, stop: resolve }
      void this.#connection
        .listen(words, (reply) => this.#printReply(reply, null))
        .then(
          (stop) => (end = stop),
          (error: unknown) => {
            this.#print(String(error), 'error')
            resolve()
          },
        )
    })
    await end()
    this.#running.value = null
  }

  #printReply(reply: Reply, input: Output['input'], after = ''): void {
    const text = printReply(reply, this.#connection.protocol)
    const left = text.length - TEXT_LIMIT
    const shown = left > 0 ? `${text.slice(0, TEXT_LIMIT)}\n… and ${left} more characters, which are not shown here` : text
    this.#print(shown + after, reply instanceof ReplyError ? 'error' : 'reply', input)
  }

  #print(text: string, kind: Output['kind'], input: Output['input'] = null): void {
    this.#outputs.value = [...this.#outputs.value.slice(-OUTPUTS_KEPT + 1), { number: this.#number++, input, text, kind }]
  }

  #showPrompt(): void {
    const { db, inTransaction } = this.#connection
    this.#prompt.value = `isodis${db === 0 ? '' : `[${db}]`}${inTransaction ? '(TX)' : ''}>`
  }

  #help(topic: readonly string[]): string {
    const docs = this.#docs.value
    if (topic.length === 0 || docs === null) return HELP
    const group = topic[0].startsWith('@') ? topic[0].slice(1).toLowerCase() : null
    const named = docs.find(topic.join(' '))
    const found =
      group !== null
        ? docs.commands.filter((each) => each.group === group)
        : named === undefined
          ? []
          : [named, ...docs.commands.filter(({ name }) => named.isContainer && name.startsWith(`${named.name} `))]
    if (found.length === 0) return `There is no help on ${topic.join(' ')}. Groups: ${docs.groups.map((each) => `@${each}`).join(' ')}`
    return found.map((each) => helpText(each, group === null)).join('\n\n')
  }
}

function helpText({ name, syntax, summary, since, group, complexity }: CommandHelp, withGroup: boolean): string {
  const lines = [`${name} ${syntax}`.trim(), `summary: ${summary}`, `since: ${since}`]
  if (withGroup) lines.push(`group: ${group}`)
  if (withGroup && complexity !== '') lines.push(`complexity: ${complexity}`)
  return lines.map((line) => `  ${line}`).join('\n')
}
