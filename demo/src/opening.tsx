// From the first moment to the app: the database opens, waits for another tab, or says what is wrong with what is stored.
import { useSignal } from '@preact/signals'
import { indexedDb } from 'isodis/indexeddb'
import { useEffect } from 'preact/hooks'
import { App } from './app.tsx'
import { Database } from './database.ts'
import { AnotherTab, CannotOpen } from './trouble.tsx'

const NAME = 'demo'
/** As long as a timer can be. */
const FOR_EVER_MS = 2 ** 31 - 1

type State =
  | { readonly is: 'opening' }
  | { readonly is: 'waiting' }
  | { readonly is: 'failed'; readonly error: Error }
  | { readonly is: 'open'; readonly database: Database }

export function Opening() {
  const state = useSignal<State>({ is: 'opening' })

  useEffect(() => {
    const open = async (patience?: number): Promise<void> => {
      try {
        state.value = { is: 'open', database: await Database.open(indexedDb(NAME, { patience })) }
      } catch (error) {
        if (patience === undefined && belongsToAnotherTab(error)) {
          state.value = { is: 'waiting' }
          await open(FOR_EVER_MS)
        } else state.value = { is: 'failed', error: error instanceof Error ? error : new Error(String(error)) }
      }
    }
    void open()
  }, [state])

  const { value } = state
  switch (value.is) {
    case 'open':
      return <App database={value.database} />
    case 'waiting':
      return <AnotherTab />
    case 'failed':
      return <CannotOpen error={value.error} name={NAME} />
    case 'opening':
      return (
        <p class="starting" role="status">
          Opening the database…
        </p>
      )
  }
}

/** The storage waits for its lock for a while, and says that it has waited. */
function belongsToAnotherTab(error: unknown): boolean {
  return error instanceof Error && error.name === 'StorageError' && (error.cause as Error | undefined)?.name === 'TimeoutError'
}
