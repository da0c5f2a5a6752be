// The last save failed: what happened, what that means for the data, and what can be done.
import type { Database } from '../database.ts'
import type { Notices } from '../parts/notices.tsx'

export function FailedSave({ database, notices }: { database: Database; notices: Notices }) {
  const { redis } = database
  const cause = database.log.value.findLast(({ level }) => level === 'warning')?.message ?? ''
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
