// A place in a script that can fail: what an error message says about it.

export class Site {
  /** The chunk's name, as it was given: `@user_script`. */
  readonly source: string
  /** The chunk's name as messages show it. */
  readonly chunk: string
  readonly line: number
  /** How the script names the value that is called, indexed or computed with (`local 'x' `), or nothing. */
  readonly what: string
  /** The same of the right operand. */
  readonly other: string
  /** Whether it is the call that a function ends with: the place of that function is then taken by the other. */
  tail = false

  constructor(source: string, chunk: string, line: number, what = '', other = '') {
    this.source = source
    this.chunk = chunk
    this.line = line
    this.what = what
    this.other = other
  }

  #place: Site | null = null
  /** The same place without names: for what is called there that the script does not name, such as a metamethod. */
  get place(): Site {
    return (this.#place ??= this.what === '' ? this : new Site(this.source, this.chunk, this.line))
  }

  /** What a message starts with. */
  get where(): string {
    return this.line > 0 ? `${this.chunk}:${this.line}: ` : ''
  }

  /** The name alone of what is called. */
  get name(): string {
    return this.what.split("'")[1] ?? '?'
  }

  get isMethod(): boolean {
    return this.what.startsWith('method')
  }
}

/** Inside a library's function: messages say no place. */
export const NOWHERE = new Site('=[C]', '[C]', -1)
