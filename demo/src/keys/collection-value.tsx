// The elements of a hash, list, set, sorted set or stream, page by page, with a form to add one and buttons on each.
import { useSignal } from '@preact/signals'
import type { Redis } from 'isodis'
import { useEffect } from 'preact/hooks'
import { plural, show } from '../bytes-shown.ts'
import type { Notices } from '../parts/notices.tsx'
import { Pager } from '../parts/pager.tsx'
import { type Collection, type Element, FIRST_PAGE, type Page } from './collections.ts'

/** Longer values are cut in the table. */
const CELL_BYTES = 2000

interface Props {
  readonly redis: Redis
  readonly name: Uint8Array
  readonly collection: Collection
  readonly revision: number
  readonly notices: Notices
  readonly change: (work: () => Promise<unknown>) => void
}

export function CollectionValue({ redis, name, collection, revision, notices, change }: Props) {
  /** Where the pages up to this one begin: a cursor leads forward only. */
  const path = useSignal<readonly string[]>([FIRST_PAGE])
  const read = useSignal<{ readonly page: Page; readonly size: number } | null>(null)

  useEffect(() => {
    void notices.attempt(async () => {
      const [page, size] = await Promise.all([collection.page(redis, name, path.value.at(-1)!), collection.size(redis, name)])
      read.value = { page, size }
    })
  }, [redis, name, collection, revision, path.value, notices, path, read])

  if (read.value === null) return null
  const { page, size } = read.value
  const { next } = page
  return (
    <div class="collection">
      <div class="table-scroll" tabIndex={0} role="region" aria-label={`${collection.element}s`}>
        <table>
          <thead>
            <tr>
              {collection.columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
              <th scope="col">
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {page.elements.map((element) => (
              <Row
                key={show(element[0]).text}
                element={element}
                collection={collection}
                onChange={(value) => change(() => collection.change(redis, name, element, value))}
                onRemove={() => change(() => collection.remove(redis, name, element))}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div class="value-foot">
        <span class="muted">{plural(size, collection.element, collection.element === 'entry' ? 'entries' : undefined)}</span>
        <span class="spring" />
        {path.value.length > 1 || next !== null ? (
          <Pager
            what={`Page ${path.value.length}`}
            onBack={path.value.length > 1 ? () => (path.value = path.value.slice(0, -1)) : null}
            onNext={next === null ? null : () => (path.value = [...path.value, next])}
          />
        ) : null}
      </div>
      <AddForm collection={collection} onAdd={(cells) => change(() => collection.add(redis, name, cells))} />
    </div>
  )
}

interface RowProps {
  readonly element: Element
  readonly collection: Collection
  readonly onChange: (value: string) => void
  readonly onRemove: () => void
}

function Row({ element, collection, onChange, onRemove }: RowProps) {
  const draft = useSignal<string | null>(null)
  const name = show(element[0], CELL_BYTES).text
  return (
    <tr>
      {element.map((cell, column) => {
        const shown = show(cell, CELL_BYTES)
        const editable = column === collection.editable && shown.isText
        if (!editable) {
          return (
            <td key={column}>
              <span class="cell">{shown.text}</span>
              {cell.length > CELL_BYTES ? <span class="muted"> … {cell.length} bytes</span> : null}
            </td>
          )
        }
        return (
          <td key={column}>
            <input
              class="cell-input"
              aria-label={`${collection.columns[column]} of ${name}`}
              value={draft.value ?? shown.text}
              onInput={(event) => (draft.value = event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === 'Enter') event.currentTarget.blur()
                if (event.key === 'Escape' && draft.value !== null) {
                  draft.value = null
                  event.stopPropagation()
                }
              }}
              onBlur={() => {
                if (draft.value !== null && draft.value !== shown.text) onChange(draft.value)
                draft.value = null
              }}
              spellcheck={false}
            />
          </td>
        )
      })}
      <td class="cell-actions">
        <button class="button button-quiet" onClick={onRemove} aria-label={`Remove ${collection.element} ${name}`}>
          ✕
        </button>
      </td>
    </tr>
  )
}

function AddForm({ collection, onAdd }: { collection: Collection; onAdd: (cells: string[]) => void }) {
  const cells = useSignal<readonly string[]>(collection.entered.map(() => ''))
  return (
    <form
      class="inline-form add-form"
      onSubmit={(event) => {
        event.preventDefault()
        onAdd([...cells.value])
        cells.value = collection.entered.map(() => '')
      }}
    >
      {collection.entered.map((column, i) => (
        <input
          key={column}
          class="field"
          placeholder={collection.columns[column]}
          aria-label={`New ${collection.element}: ${collection.columns[column]}`}
          value={cells.value[i]}
          onInput={(event) => {
            const { value } = event.currentTarget
            cells.value = cells.value.map((cell, at) => (at === i ? value : cell))
          }}
          spellcheck={false}
        />
      ))}
      <button class="button">Add {collection.element}</button>
    </form>
  )
}
