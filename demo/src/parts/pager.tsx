// Back and forth between pages.

interface Props {
  readonly what: string
  /** Null at the ends. */
  readonly onBack: (() => void) | null
  readonly onNext: (() => void) | null
}

export function Pager({ what, onBack, onNext }: Props) {
  return (
    <div class="pager" role="group" aria-label="Pages">
      <button type="button" class="button button-quiet" disabled={onBack === null} onClick={() => onBack?.()} aria-label="Page before">
        ←
      </button>
      <span class="muted" role="status">
        {what}
      </span>
      <button type="button" class="button button-quiet" disabled={onNext === null} onClick={() => onNext?.()} aria-label="Next page">
        →
      </button>
    </div>
  )
}
