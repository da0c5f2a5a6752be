// The last save failed, or the journal cannot be written: what happened, what that means for the data, what can be done.
import type { Database } from '../database.ts'
import type { Notices } from '../parts/notices.tsx'

export function FailedSave({ database, notices }: { database: Database; notices: Notices }) {
  const { redis } = database
  const cause = lastWarning(database, 'saving')
  const full = cause.includes('Quota')
  const run = (work: () => Promise<unknown>): void => {
    void notices.attempt(async () => {
      await work()
      await database.refresh()
    })
  }
  return (
    <div class="trouble" role="alert">
      <h3>{full ? 'The browser’s storage is full' : 'The last save failed'}</h3>
      <p>{cause}</p>
      <p>
        The last good snapshot is intact, and this page still has everything in memory. Until a save succeeds writes are refused (MISCONF).{' '}
        {full ? 'Free some space: remove other sites’ data, or allow writes here and delete keys; then save again.' : ''}
      </p>
      <div class="inline-form">
        <button class="button button-accent" onClick={() => run(() => redis.bgsave())}>
          Save again
        </button>
        <button class="button" onClick={() => run(() => redis.configSet('stop-writes-on-bgsave-error', 'no'))}>
          Allow writes all the same
        </button>
      </div>
    </div>
  )
}

export function FailedJournal({ database, notices }: { database: Database; notices: Notices }) {
  return (
    <div class="trouble" role="alert">
      <h3>The journal cannot be written</h3>
      <p>{lastWarning(database, 'AOF')}</p>
      <p>This page still has everything in memory. Writing is tried again each second; until it succeeds, changes are refused (MISCONF).</p>
      <div class="inline-form">
        <button class="button" onClick={() => void notices.attempt(() => database.setJournal('off'))}>
          Turn the journal off
        </button>
      </div>
    </div>
  )
}

const lastWarning = (database: Database, about: string): string =>
  database.log.value.findLast(({ level, message }) => level === 'warning' && message.includes(about))?.message ??
  'The log of the tab that runs the commands says why.'
