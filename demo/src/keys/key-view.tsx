// One key: its name, type and expiry, what can be done with it as a whole, and its value by type.
import { useSignal } from '@preact/signals'
import type { Redis } from 'isodis'
import { useEffect, useRef } from 'preact/hooks'
import { show } from '../bytes-shown.ts'
import type { Notices } from '../parts/notices.tsx'
import { ConfirmButton } from '../parts/confirm-button.tsx'
import { CollectionValue } from './collection-value.tsx'
import { COLLECTIONS } from './collections.ts'
import { formatTtl } from './key-list.ts'
import { StringValue } from './string-value.tsx'

interface Facts {
  readonly type: string
  readonly ttl: number
  readonly encoding: string | null
}

interface Props {
  readonly redis: Redis
  readonly name: Uint8Array
  /** Another number when data may have changed. */
  readonly revision: number
  readonly notices: Notices
  readonly onChange: () => void
  readonly onRename: (key: Uint8Array) => void
  readonly onClose: () => void
}

export function KeyView({ redis, name, revision, notices, onChange, onRename, onClose }: Props) {
  const facts = useSignal<Facts | null>(null)
  const shown = show(name)
  const heading = useRef<HTMLHeadingElement>(null)

  useEffect(() => heading.current?.focus(), [])
  useEffect(() => {
    void notices.attempt(async () => {
      const [type, ttl, encoding] = await redis.pipeline().type(name).pttl(name).objectEncoding(name).exec()
      facts.value = { type, ttl, encoding }
    })
  }, [redis, name, revision, notices, facts])

  const change = (work: () => Promise<unknown>): void => {
    void notices.attempt(async () => {
      await work()
      onChange()
    })
  }

  const known = facts.value
  const collection = known === null ? undefined : COLLECTIONS[known.type]
  return (
    <div class="key-view" onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <div class="pane-head">
        <button class="button button-quiet" onClick={onClose} aria-label="Close this key">
          ✕
        </button>
        <h3 ref={heading} tabIndex={-1} class="key-title">
          {shown.text === '' ? '""' : shown.text}
        </h3>
        {known === null ? null : <span class="tag">{known.type}</span>}
      </div>
      {known === null ? null : known.type === 'none' ? (
        <p class="empty">This key is gone: deleted, renamed or expired.</p>
      ) : (
        <>
          <div class="key-actions">
            <Expiry
              ttl={known.ttl}
              set={(seconds) => change(() => (seconds === null ? redis.persist(name) : redis.expire(name, seconds)))}
            />
            <Rename
              current={shown.text}
              rename={(to) =>
                change(async () => {
                  if ((await redis.renamenx(name, to)) === 0) throw new Error(`There is a key "${to}" already`)
                  onRename(new TextEncoder().encode(to))
                })
              }
            />
            <ConfirmButton
              label="Delete"
              question="Delete this key?"
              onConfirm={() =>
                change(async () => {
                  await redis.unlink(name)
                  onClose()
                })
              }
            />
          </div>
          {known.type === 'string' ? (
            <StringValue redis={redis} name={name} revision={revision} notices={notices} change={change} />
          ) : collection === undefined ? (
            <p class="empty">This type cannot be shown here. Its encoding is {known.encoding}.</p>
          ) : (
            <CollectionValue redis={redis} name={name} collection={collection} revision={revision} notices={notices} change={change} />
          )}
        </>
      )}
    </div>
  )
}

function Expiry({ ttl, set }: { ttl: number; set: (seconds: number | null) => void }) {
  const editing = useSignal(false)
  const seconds = useSignal('60')
  if (!editing.value) {
    return (
      <button
        class="button"
        onClick={() => (editing.value = true)}
        aria-label={ttl < 0 ? 'Never expires. Set an expiry' : `Expires in ${formatTtl(ttl)}. Change it`}
      >
        {ttl < 0 ? 'Never expires' : `Expires in ${formatTtl(ttl)}`}
      </button>
    )
  }
  const done = (value: number | null): void => {
    editing.value = false
    set(value)
  }
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault()
        done(Number(seconds.value))
      }}
    >
      <label>
        Expire in{' '}
        <input
          class="field field-number"
          type="number"
          min={1}
          required
          value={seconds.value}
          onInput={(event) => (seconds.value = event.currentTarget.value)}
          ref={(input) => input?.focus()}
        />{' '}
        s
      </label>
      <button class="button button-accent">Set</button>
      <button type="button" class="button" onClick={() => (ttl < 0 ? (editing.value = false) : done(null))}>
        Never
      </button>
    </form>
  )
}

function Rename({ current, rename }: { current: string; rename: (to: string) => void }) {
  const to = useSignal<string | null>(null)
  if (to.value === null) {
    return (
      <button class="button" onClick={() => (to.value = current)}>
        Rename
      </button>
    )
  }
  return (
    <form
      class="inline-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (to.value !== null && to.value !== current) rename(to.value)
        to.value = null
      }}
    >
      <input
        class="field"
        aria-label="New name"
        value={to.value}
        onInput={(event) => (to.value = event.currentTarget.value)}
        spellcheck={false}
      />
      <button class="button button-accent">Rename</button>
      <button type="button" class="button" onClick={() => (to.value = null)}>
        Cancel
      </button>
    </form>
  )
}
