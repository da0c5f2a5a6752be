// The key browser: a list of keys with a filter, and beside it the key that was chosen, or a form for a new one.
import { useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { formatCount, plural, show } from '../bytes-shown.ts'
import type { Database } from '../database.ts'
import type { Notices } from '../parts/notices.tsx'
import { COLLECTIONS } from './collections.ts'
import { formatTtl, KeyList, type ListedKey } from './key-list.ts'
import { KeyView } from './key-view.tsx'
import { NewKey } from './new-key.tsx'

type Open = { readonly key: Uint8Array } | 'new' | null

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i])

export function KeyBrowser({ database, notices }: { database: Database; notices: Notices }) {
  const { redis } = database
  const list = useMemo(() => new KeyList(redis), [redis])
  const open = useSignal<Open>(null)
  const rows = useRef<HTMLUListElement>(null)
  /** What opened the key, or the form for a new one. */
  const opener = useRef<HTMLElement | null>(null)
  const revision = database.revision.value
  const { keys = [], more = false } = list.found.value ?? {}
  const filter = list.filter.value
  const databases = useComputed(() => [...new Set([0, filter.db, ...database.status.value.databases.keys()])].sort((a, b) => a - b))
  const total = database.status.value.databases.get(filter.db) ?? 0

  useEffect(() => {
    void notices.attempt(() => list.read())
  }, [revision, list, notices])

  const setFilter = (change: Partial<typeof filter>): void => void notices.attempt(() => list.setFilter({ ...filter, ...change }))
  const openFrom = (what: Open, by: HTMLElement): void => {
    opener.current = by
    open.value = what
  }
  const close = (): void => {
    open.value = null
    // Back to where the keyboard was, unless that key is gone.
    requestAnimationFrame(() => {
      const last = opener.current?.isConnected ? opener.current : rows.current?.querySelector<HTMLElement>('button')
      last?.focus()
    })
  }

  const onListKey = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (step === 0) return
    const buttons = [...(rows.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const next = buttons[buttons.indexOf(document.activeElement as HTMLElement) + step]
    if (next === undefined) return
    next.focus()
    event.preventDefault()
  }

  const chosen = open.value
  const isChosen = (key: ListedKey): boolean => chosen !== null && chosen !== 'new' && sameBytes(chosen.key, key.name.bytes)

  return (
    <section class={`pane keys ${chosen === null ? '' : 'keys-open'}`} aria-labelledby="keys-title">
      <div class="key-list">
        <div class="pane-head">
          <h2 id="keys-title">Keys</h2>
          <span class="muted">{formatCount(total)}</span>
          <span class="spring" />
          <button class="button" onClick={(event) => openFrom('new', event.currentTarget)}>
            New key
          </button>
        </div>
        <div class="key-filter">
          <input
            type="search"
            class="field"
            placeholder="Filter: user or user:*"
            aria-label="Filter keys by name or pattern"
            value={filter.text}
            onInput={(event) => setFilter({ text: event.currentTarget.value })}
            spellcheck={false}
            autocapitalize="none"
          />
          <select class="field" aria-label="Type" value={filter.type} onChange={(event) => setFilter({ type: event.currentTarget.value })}>
            <option value="">All types</option>
            {['string', ...Object.keys(COLLECTIONS)].map((type) => (
              <option key={type} value={type}>
                {type}
              </option>
            ))}
          </select>
          {databases.value.length > 1 ? (
            <select
              class="field"
              aria-label="Database"
              value={filter.db}
              onChange={(event) => setFilter({ db: Number(event.currentTarget.value) })}
            >
              {databases.value.map((db) => (
                <option key={db} value={db}>
                  db {db}
                </option>
              ))}
            </select>
          ) : null}
        </div>
        <ul class="key-rows" ref={rows} onKeyDown={onListKey} aria-label="Keys">
          {keys.map((key) => (
            <li key={key.name.text}>
              <button
                class="key-row"
                aria-current={isChosen(key) ? 'true' : undefined}
                onClick={(event) => openFrom({ key: key.name.bytes }, event.currentTarget)}
              >
                <span class="key-name">{key.name.text === '' ? '""' : key.name.text}</span>
                {key.ttl >= 0 ? <span class="key-ttl">{formatTtl(key.ttl)}</span> : null}
                <span class="tag">{key.type}</span>
              </button>
            </li>
          ))}
        </ul>
        {keys.length === 0 ? <EmptyList filtered={filter.text !== '' || filter.type !== ''} /> : null}
        {more ? (
          <button class="button key-more" onClick={() => void notices.attempt(() => list.readMore())}>
            Show more than {plural(keys.length, 'key')}
          </button>
        ) : null}
      </div>
      {chosen === null ? null : chosen === 'new' ? (
        <NewKey redis={redis} notices={notices} onClose={close} onMade={(key) => changed(key)} />
      ) : (
        <KeyView
          key={show(chosen.key).text}
          redis={redis}
          name={chosen.key}
          revision={revision}
          notices={notices}
          onChange={() => void database.refresh()}
          onRename={(key) => changed(key)}
          onClose={close}
        />
      )}
    </section>
  )

  function changed(key: Uint8Array): void {
    open.value = { key }
    void database.refresh()
  }
}

function EmptyList({ filtered }: { filtered: boolean }) {
  return (
    <p class="empty">
      {filtered ? (
        'No key matches the filter.'
      ) : (
        <>
          No keys yet. Type <code>set greeting hello</code> at the prompt, or make one here.
        </>
      )}
    </p>
  )
}
