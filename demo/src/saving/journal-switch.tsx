// The journal's switch: off, written to the disk once a second, or before each answer. A change is made with CONFIG SET and
// stays for the next start of the page.
import { formatBytes } from '../bytes-shown.ts'
import type { Database, JournalMode } from '../database.ts'
import type { Notices } from '../parts/notices.tsx'

const MODES: readonly [mode: JournalMode, name: string, about: string][] = [
  ['off', 'Off', 'A crash loses what has changed since the last save.'],
  ['everysec', 'Every second', 'Every change is written at once; a power cut loses about a second.'],
  ['always', 'Always', 'A command is answered only once its change is on the disk.'],
]

export function JournalSwitch({ database, notices }: { database: Database; notices: Notices }) {
  const current = database.journal.value
  const { journalSize } = database.status.value
  return (
    <div class="block">
      <div class="block-head">
        <h3 id="journal-title">Journal</h3>
        <span class="spring" />
        <span class="segmented" role="group" aria-labelledby="journal-title">
          {MODES.map(([mode, name]) => (
            <button
              type="button"
              key={mode}
              aria-pressed={current === mode}
              onClick={() => void notices.attempt(() => database.setJournal(mode))}
            >
              {name}
            </button>
          ))}
        </span>
      </div>
      <p class="muted small">
        {MODES.find(([mode]) => mode === current)?.[2]}
        {current === 'off' ? '' : ` ${formatBytes(journalSize)} so far.`}
      </p>
    </div>
  )
}
