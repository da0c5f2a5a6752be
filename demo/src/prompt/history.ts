// The lines that were typed, the oldest first, kept over reloads. Lines with passwords are not kept.

const STORE = 'isodis-demo-history'
const LIMIT = 500
const SECRET = /^\s*(auth|hello\s.*\bauth|config\s+set\s.*requirepass|acl\s+setuser)\b/i

export class History {
  #lines: string[] = restore()
  /** Where the arrow keys have come to; the number of lines stands for the line that is being typed. */
  #at = this.#lines.length
  #draft = ''

  add(line: string): void {
    if (line !== '' && line !== this.#lines.at(-1) && !SECRET.test(line)) {
      this.#lines = [...this.#lines.slice(-LIMIT + 1), line]
      // Another tab's storage may be full or forbidden: then the history lasts as long as the page.
      try {
        localStorage.setItem(STORE, JSON.stringify(this.#lines))
      } catch {}
    }
    this.#at = this.#lines.length
    this.#draft = ''
  }

  /** @param typed what stands in the line now; @returns the line before, or null at the beginning */
  older(typed: string): string | null {
    if (this.#at === 0) return null
    if (this.#at === this.#lines.length) this.#draft = typed
    return this.#lines[--this.#at]
  }

  newer(): string | null {
    if (this.#at >= this.#lines.length) return null
    this.#at++
    return this.#lines[this.#at] ?? this.#draft
  }

  /** @param skip how many newer matches to pass over; @returns the newest line with that text */
  search(text: string, skip = 0): string | null {
    if (text === '') return null
    const found = [...new Set(this.#lines.filter((line) => line.includes(text)).reverse())]
    return found[skip] ?? null
  }
}

function restore(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(STORE) ?? '[]')
    return Array.isArray(kept) ? kept.filter((line) => typeof line === 'string') : []
  } catch {
    return []
  }
}
