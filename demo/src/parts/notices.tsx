// What went wrong with something that a button did: said once, at the edge of the page, until it is put away.
import { type ReadonlySignal, signal } from '@preact/signals'

export class Notices {
  readonly #text = signal<string | null>(null)

  get text(): ReadonlySignal<string | null> {
    return this.#text
  }

  dismiss(): void {
    this.#text.value = null
  }

  /** Does something; if it fails, says so. */
  async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.#text.value = error instanceof Error ? error.message : String(error)
    }
  }
}

export function NoticeBar({ notices }: { notices: Notices }) {
  const text = notices.text.value
  return (
    <div class="notices" role="alert">
      {text === null ? null : (
        <div class="notice">
          <span>{text}</span>
          <button class="button button-quiet" onClick={() => notices.dismiss()} aria-label="Put this message away">
            ✕
          </button>
        </div>
      )}
    </div>
  )
}
