// A button that writes many keys, to watch a save work while the page stays responsive.
import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { formatCount } from '../bytes-shown.ts'
import type { Database } from '../database.ts'
import type { Notices } from '../parts/notices.tsx'
import { removeMany, writeMany } from './many-keys.ts'

const AMOUNTS = [10_000, 100_000, 500_000]

export function WriteMany({ database, notices }: { database: Database; notices: Notices }) {
  const amount = useSignal(AMOUNTS[1])
  const written = useSignal<number | null>(null)
  const abort = useRef<AbortController | null>(null)

  const write = (): void => {
    abort.current = new AbortController()
    const { signal } = abort.current
    void notices.attempt(async () => {
      written.value = 0
      try {
        await writeMany(database.redis, amount.value, (count) => (written.value = count), signal)
        await database.refresh()
        // Whatever the rules say: this is for watching a save. A rule may have started one on the way.
        if (!signal.aborted && !database.status.value.saving) await database.redis.bgsave()
      } finally {
        written.value = null
        await database.refresh()
      }
    })
  }

  return (
    <div class="block">
      <h3>Watch a save work</h3>
      <p class="muted small">Writes keys of all types, then saves them in slices of milliseconds: the page stays usable.</p>
      <div class="inline-form">
        <select
          class="field"
          aria-label="How many keys"
          value={amount.value}
          onChange={(event) => (amount.value = Number(event.currentTarget.value))}
        >
          {AMOUNTS.map((each) => (
            <option key={each} value={each}>
              {formatCount(each)} keys
            </option>
          ))}
        </select>
        {written.value === null ? (
          <button class="button" onClick={write}>
            Write and save
          </button>
        ) : (
          <button class="button" onClick={() => abort.current?.abort()}>
            Stop at {formatCount(written.value)}
          </button>
        )}
        <button
          class="button button-quiet"
          disabled={written.value !== null}
          onClick={() =>
            void notices.attempt(async () => {
              await removeMany(database.redis)
              await database.refresh()
            })
          }
        >
          Remove them
        </button>
      </div>
    </div>
  )
}
