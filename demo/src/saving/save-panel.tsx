// The save panel: the lock, a running save's progress, what is saved and since when, the rules, and the log.
import { useComputed, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatBytes, formatCount, plural } from '../bytes-shown.ts'
import type { Database } from '../database.ts'
import type { Notices } from '../parts/notices.tsx'
import { FailedJournal, FailedSave } from './failed-save.tsx'
import { JournalSwitch } from './journal-switch.tsx'
import { Log } from './log.tsx'
import { RulesEditor } from './rules-editor.tsx'
import { formatAgo } from './time.ts'
import { StorageUse } from './storage-use.tsx'
import { WriteMany } from './write-many.tsx'

export function SavePanel({ database, notices }: { database: Database; notices: Notices }) {
  const { redis } = database
  const status = database.status.value
  /** SAVE holds the lock too, but INFO shows only BGSAVE. */
  const savingAtOnce = useSignal(false)
  const holder = savingAtOnce.value && !status.saving ? 'SAVE' : status.lock

  const bgsave = (): void => {
    void notices.attempt(async () => {
      await redis.bgsave()
      await database.refresh()
    })
  }
  const save = (): void => {
    void notices.attempt(async () => {
      savingAtOnce.value = true
      try {
        await redis.save()
      } finally {
        savingAtOnce.value = false
        await database.refresh()
      }
    })
  }

  return (
    <section class="pane saving" aria-labelledby="saving-title">
      <div class="pane-head">
        <h2 id="saving-title">Saving</h2>
        <span class="spring" />
        <button class="button" onClick={save}>
          Save
        </button>
        <button class="button button-accent" onClick={bgsave}>
          Save in background
        </button>
      </div>
      <div class="saving-body">
        {status.failed ? <FailedSave database={database} notices={notices} /> : null}
        {status.journalFailed ? <FailedJournal database={database} notices={notices} /> : null}
        <Progress database={database} />
        <dl class="facts">
          <div>
            <dt>Lock</dt>
            <dd>
              <span class={holder === 'free' ? 'lock' : 'lock lock-held'}>{holder === 'free' ? 'Free' : `Held by ${holder}`}</span>
            </dd>
          </div>
          <div>
            <dt>Not saved yet</dt>
            <dd>{plural(status.changes, 'change')}</dd>
          </div>
          <div>
            <dt>Last save</dt>
            <dd>
              <LastSave database={database} />
            </dd>
          </div>
          <div>
            <dt>Data in memory</dt>
            <dd>{formatBytes(status.memory)}</dd>
          </div>
          <StorageUse saves={status.saves} saving={status.saving} />
        </dl>
        <WriteMany database={database} notices={notices} />
        <RulesEditor database={database} notices={notices} />
        <JournalSwitch database={database} notices={notices} />
        <Log database={database} />
      </div>
    </section>
  )
}

function Progress({ database }: { database: Database }) {
  const { saving, processed, total, copied, changes, saves, journalFailed } = database.status.value
  const journaled = database.journal.value !== 'off' && !journalFailed
  const percent = total === 0 ? 0 : Math.floor((processed / total) * 100)
  return (
    <div class="progress">
      <div class="progress-text" role="status">
        {saving ? (
          <>
            <strong>Saving: {percent} %</strong>
            <span class="muted">
              {formatCount(processed)} of {plural(total, 'key')}
              {copied > 0 ? `, ${formatBytes(copied)} kept as it was` : ''}
            </span>
          </>
        ) : changes === 0 ? (
          <strong>Everything is saved</strong>
        ) : (
          <>
            <strong>{plural(changes, 'change')} to save</strong>
            <span class="muted">{journaled ? 'the journal has them' : saves === 0 ? 'no save since this page was opened' : ''}</span>
          </>
        )}
      </div>
      <progress max={100} value={saving ? percent : changes === 0 ? 100 : 0} aria-label="Progress of the save" />
    </div>
  )
}

function LastSave({ database }: { database: Database }) {
  const now = useSignal(Date.now())
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 1000)
    return () => clearInterval(timer)
  }, [now])
  const at = useComputed(() => database.status.value.lastSave * 1000).value
  const { lastSeconds } = database.status.value
  const date = new Date(at)
  // Until a save has succeeded, LASTSAVE is the time of the start.
  const { saves, failed } = database.status.value
  const saved = (saves > 0 && !failed) || database.log.value.some(({ message }) => message === 'DB saved on disk')
  const what = saved ? formatAgo(now.value - at) : 'before this start'
  return (
    <time datetime={date.toISOString()} title={`LASTSAVE ${at / 1000}: ${date.toLocaleString()}`}>
      {what}
      {saved && lastSeconds > 0 ? `, took ${lastSeconds} s` : ''}
    </time>
  )
}
