// The form for a new key: its name, its type, and its first element or its value.
import { useSignal } from '@preact/signals'
import type { Redis } from 'isodis'
import { useEffect, useRef } from 'preact/hooks'
import type { Notices } from '../parts/notices.tsx'
import { COLLECTIONS } from './collections.ts'

interface Props {
  readonly redis: Redis
  readonly notices: Notices
  readonly onMade: (key: Uint8Array) => void
  readonly onClose: () => void
}

export function NewKey({ redis, notices, onMade, onClose }: Props) {
  const name = useSignal('')
  const type = useSignal('string')
  const cells = useSignal<readonly string[]>(['', ''])
  const first = useRef<HTMLInputElement>(null)
  useEffect(() => first.current?.focus(), [])

  const collection = COLLECTIONS[type.value]
  const columns = collection === undefined ? ['Value'] : collection.entered.map((column) => collection.columns[column])
  const make = async (): Promise<void> => {
    const key = new TextEncoder().encode(name.value)
    if ((await redis.exists(key)) === 1) throw new Error(`There is a key "${name.value}" already`)
    const entered = cells.value.slice(0, columns.length)
    if (collection === undefined) await redis.set(key, entered[0])
    else await collection.add(redis, key, entered)
    onMade(key)
  }

  return (
    <form
      class="key-view"
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
      onSubmit={(event) => {
        event.preventDefault()
        void notices.attempt(make)
      }}
    >
      <div class="pane-head">
        <button type="button" class="button button-quiet" onClick={onClose} aria-label="Close">
          ✕
        </button>
        <h3 class="key-title">New key</h3>
      </div>
      <div class="new-key">
        <label>
          Name
          <input
            ref={first}
            class="field"
            required
            value={name.value}
            onInput={(event) => (name.value = event.currentTarget.value)}
            spellcheck={false}
            autocapitalize="none"
          />
        </label>
        <label>
          Type
          <select class="field" value={type.value} onChange={(event) => (type.value = event.currentTarget.value)}>
            {['string', ...Object.keys(COLLECTIONS)].map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        {columns.map((column, i) => (
          <label key={column}>
            {column}
            <input
              class="field"
              value={cells.value[i]}
              onInput={(event) => {
                const { value } = event.currentTarget
                cells.value = cells.value.map((cell, at) => (at === i ? value : cell))
              }}
              spellcheck={false}
            />
          </label>
        ))}
        <div>
          <button class="button button-accent">Create key</button>
        </div>
      </div>
    </form>
  )
}
