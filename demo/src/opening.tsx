// From the first moment to the app: the database opens, or says what is wrong with what is stored.
import { useSignal } from '@preact/signals'
import { indexedDb } from 'isodis/indexeddb'
import { useEffect } from 'preact/hooks'
import { App } from './app.tsx'
import { Database } from './database.ts'
import { CannotOpen } from './trouble.tsx'

const NAME = 'demo'

type State =
  | { readonly is: 'opening' }
  | { readonly is: 'failed'; readonly error: Error }
  | { readonly is: 'open'; readonly database: Database }

export function Opening() {
  const state = useSignal<State>({ is: 'opening' })

  useEffect(() => {
    Database.open(indexedDb(NAME)).then(
      (database) => (state.value = { is: 'open', database }),
      (error: unknown) => (state.value = { is: 'failed', error: error instanceof Error ? error : new Error(String(error)) }),
    )
  }, [state])

  const { value } = state
  switch (value.is) {
    case 'open':
      return <App database={value.database} />
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
