// What the page shows when the database cannot be opened, and what can be done about it.
import { useSignal } from '@preact/signals'
import { ConfirmButton } from './parts/confirm-button.tsx'
import { deleteStored, downloadStored } from './stored-data.ts'

export function CannotOpen({ error, name }: { error: Error; name: string }) {
  const failed = useSignal<string | null>(null)
  const run = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (cause) {
      failed.value = String(cause)
    }
  }
  return (
    <div class="cover" role="alert">
      <img src="./icon.svg" alt="" width={44} height={44} />
      <h1>{isDamage(error) ? 'The stored data is damaged' : 'The database cannot be opened'}</h1>
      <p class="cover-error">{error.message || error.name}</p>
      <p>{adviceFor(error)}</p>
      <div class="inline-form">
        <button class="button button-accent" onClick={() => location.reload()}>
          Try again
        </button>
        <button class="button" onClick={() => void run(() => downloadStored(name))}>
          Download what is stored
        </button>
        <ConfirmButton
          label="Delete it and start empty"
          question="Delete everything that is stored here?"
          onConfirm={() =>
            void run(async () => {
              await deleteStored(name)
              location.reload()
            })
          }
        />
      </div>
      {failed.value === null ? null : <p role="alert">{failed.value}</p>}
    </div>
  )
}

const isDamage = (error: Error): boolean => error.name === 'RdbError' || /damaged|missing/.test(error.message)

function adviceFor(error: Error): string {
  if (isDamage(error)) return 'Nothing has been changed. Download a copy before you start afresh: parts of it may be recovered by hand.'
  if (/Quota/.test(`${error.name} ${error.message}`)) return 'The browser’s storage is full. Remove data of other sites, then try again.'
  if (/Security|Unknown|InvalidState/.test(error.name)) {
    return 'The browser does not let this page store anything: a private window or its settings may forbid it.'
  }
  return 'Nothing has been changed. Trying again may help.'
}
