// A button for what cannot be undone: it asks before it does it.
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'

interface Props {
  readonly label: string
  readonly question: string
  readonly onConfirm: () => void
}

export function ConfirmButton({ label, question, onConfirm }: Props) {
  const asking = useSignal(false)
  const first = useRef<HTMLButtonElement>(null)
  if (!asking.value) {
    return (
      <button ref={first} type="button" class="button button-danger" onClick={() => (asking.value = true)}>
        {label}
      </button>
    )
  }
  const answer = (yes: boolean): void => {
    asking.value = false
    if (yes) onConfirm()
    else requestAnimationFrame(() => first.current?.focus())
  }
  return (
    <span
      class="inline-form"
      role="group"
      aria-label={question}
      onKeyDown={(event) => event.key === 'Escape' && (event.stopPropagation(), answer(false))}
    >
      <span role="alert">{question}</span>
      <button type="button" class="button button-danger-full" onClick={() => answer(true)} ref={(button) => button?.focus()}>
        {label}
      </button>
      <button type="button" class="button" onClick={() => answer(false)}>
        Cancel
      </button>
    </span>
  )
}
