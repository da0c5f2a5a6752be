// A string: as text that can be changed, and in parts where it is long, so that no page has to lay out megabytes.
import { useSignal } from '@preact/signals'
import type { Redis } from 'isodis'
import { useEffect } from 'preact/hooks'
import { formatBytes, show, type Shown } from '../bytes-shown.ts'
import { Pager } from '../parts/pager.tsx'
import type { Notices } from '../parts/notices.tsx'

const PART_BYTES = 16 << 10

interface Props {
  readonly redis: Redis
  readonly name: Uint8Array
  readonly revision: number
  readonly notices: Notices
  readonly change: (work: () => Promise<unknown>) => void
}

export function StringValue({ redis, name, revision, notices, change }: Props) {
  const part = useSignal(0)
  const read = useSignal<{ readonly shown: Shown; readonly length: number } | null>(null)
  const draft = useSignal<string | null>(null)

  useEffect(() => {
    void notices.attempt(async () => {
      const start = part.value * PART_BYTES
      const [bytes, length] = await Promise.all([redis.bytes.getrange(name, start, start + PART_BYTES - 1), redis.strlen(name)])
      read.value = { shown: show(bytes), length }
    })
  }, [redis, name, revision, part.value, notices, part, read])

  if (read.value === null) return null
  const { shown, length } = read.value
  const parts = Math.max(1, Math.ceil(length / PART_BYTES))
  const editable = shown.isText && parts === 1
  return (
    <form
      class="string-value"
      onSubmit={(event) => {
        event.preventDefault()
        const text = draft.value
        if (text === null) return
        // KEEPTTL: who changes a value here does not mean its expiry.
        change(async () => {
          await redis.set(name, text, { keepttl: true })
          draft.value = null
        })
      }}
    >
      <textarea
        class="field value-text"
        aria-label="Value"
        readOnly={!editable}
        value={draft.value ?? shown.text}
        onInput={(event) => (draft.value = event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit()
        }}
        spellcheck={false}
      />
      <div class="value-foot">
        <span class="muted">
          {formatBytes(length)}
          {shown.isText ? '' : ', shown with escapes: not UTF-8 text'}
        </span>
        <span class="spring" />
        {parts > 1 ? (
          <Pager
            what={`Part ${part.value + 1} of ${parts}`}
            onBack={part.value > 0 ? () => part.value-- : null}
            onNext={part.value + 1 < parts ? () => part.value++ : null}
          />
        ) : null}
        {editable && draft.value !== null ? (
          <>
            <button type="button" class="button" onClick={() => (draft.value = null)}>
              Discard
            </button>
            <button class="button button-accent">Save value</button>
          </>
        ) : null}
      </div>
    </form>
  )
}
