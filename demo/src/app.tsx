// The page: a head, and three panes: keys, prompt, saving. On a phone one pane is shown at a time.
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { plural } from './bytes-shown.ts'
import type { Database } from './database.ts'
import { KeyBrowser } from './keys/key-browser.tsx'
import { NoticeBar, Notices } from './parts/notices.tsx'
import { Prompt } from './prompt/prompt.tsx'
import { Terminal } from './prompt/terminal.ts'
import { SavePanel } from './saving/save-panel.tsx'

const PANES = [
  ['prompt', 'Prompt', '›_'],
  ['keys', 'Keys', '≡'],
  ['saving', 'Saving', '↓'],
] as const
type Pane = (typeof PANES)[number][0]

export function App({ database }: { database: Database }) {
  const notices = useMemo(() => new Notices(), [])
  const terminal = useMemo(() => new Terminal(database.redis, () => void database.refresh()), [database])
  const pane = useSignal<Pane>('prompt')
  if (database.closed.value) return <Closed />
  return (
    <div class="app" data-pane={pane.value}>
      <header class="head">
        <img src="./icon.svg" alt="" width={28} height={28} />
        <h1>isodis</h1>
        <span class="head-about muted">Redis in this page</span>
        <span class="spring" />
        <a class="head-link" href="./" target="_blank" title="All tabs share the database, and what they publish">
          Second tab <span aria-hidden="true">↗</span>
        </a>
        <StatusPill database={database} />
      </header>
      <main class="panes">
        <KeyBrowser database={database} notices={notices} />
        <Prompt terminal={terminal} />
        <SavePanel database={database} notices={notices} />
      </main>
      <nav class="pane-nav" aria-label="Panes">
        {PANES.map(([id, name, sign]) => (
          <button key={id} aria-current={pane.value === id ? 'page' : undefined} onClick={() => (pane.value = id)}>
            <span class="pane-sign" aria-hidden="true">
              {sign}
            </span>
            {name}
          </button>
        ))}
      </nav>
      <NoticeBar notices={notices} />
    </div>
  )
}

function StatusPill({ database }: { database: Database }) {
  const { saving, processed, total, changes, failed, journalFailed, databases } = database.status.value
  const unsaved = changes > 0 && database.journal.value === 'off'
  const fails = failed || journalFailed
  const keys = [...databases.values()].reduce((sum, each) => sum + each, 0)
  const state = fails
    ? 'saving fails'
    : saving
      ? `saving ${total === 0 ? 0 : Math.floor((processed / total) * 100)} %`
      : unsaved
        ? `${plural(changes, 'change')} unsaved`
        : 'saved'
  return (
    <span class={`pill ${fails ? 'pill-bad' : saving ? 'pill-busy' : unsaved ? 'pill-open' : ''}`}>
      <span class="pill-dot" aria-hidden="true" />
      {plural(keys, 'key')}, {state}
    </span>
  )
}

function Closed() {
  return (
    <div class="cover">
      <h1>The database has been shut down</h1>
      <p>What was saved is there when it starts again.</p>
      <div class="inline-form">
        <button class="button button-accent" onClick={() => location.reload()}>
          Start again
        </button>
      </div>
    </div>
  )
}
