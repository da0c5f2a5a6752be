// The save rules: after so many seconds, if there are so many changes. A change is made with CONFIG SET and stays for the
// next start of the page.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { Database } from '../database.ts'
import type { Notices } from '../parts/notices.tsx'

interface Rule {
  readonly seconds: string
  readonly changes: string
}

const PRESETS: readonly [name: string, rules: string][] = [
  ['For a page', '4 1'],
  ['Redis', '3600 1 300 100 60 10000'],
  ['None', ''],
]

function parse(text: string): Rule[] {
  const words = text.split(' ').filter((word) => word !== '')
  return words.flatMap((seconds, i) => (i % 2 === 0 ? [{ seconds, changes: words[i + 1] }] : []))
}

const format = (rules: readonly Rule[]): string => rules.map(({ seconds, changes }) => `${seconds} ${changes}`).join(' ')

export function RulesEditor({ database, notices }: { database: Database; notices: Notices }) {
  const current = database.rules.value
  const draft = useSignal<readonly Rule[]>(parse(current))
  // The prompt may set them too.
  useEffect(() => {
    draft.value = parse(current)
  }, [current, draft])

  const rules = draft.value
  const changed = format(rules) !== current
  const edit = (at: number, change: Partial<Rule>): void => {
    draft.value = rules.map((rule, i) => (i === at ? { ...rule, ...change } : rule))
  }
  const apply = (text: string): void => void notices.attempt(() => database.setRules(text))

  return (
    <form
      class="block"
      aria-labelledby="rules-title"
      onSubmit={(event) => {
        event.preventDefault()
        apply(format(rules))
      }}
    >
      <div class="block-head">
        <h3 id="rules-title">Rules</h3>
        <span class="spring" />
        <span class="segmented" role="group" aria-label="Presets">
          {PRESETS.map(([name, text]) => (
            <button type="button" key={name} aria-pressed={current === text} onClick={() => apply(text)}>
              {name}
            </button>
          ))}
        </span>
      </div>
      {rules.length === 0 ? <p class="muted small">No rules: nothing is saved unless you say so.</p> : null}
      <ul class="rules">
        {rules.map(({ seconds, changes }, i) => (
          <li key={i}>
            <label>
              after{' '}
              <input
                class="field field-number"
                type="number"
                min={1}
                required
                aria-label={`Rule ${i + 1}: seconds`}
                value={seconds}
                onInput={(event) => edit(i, { seconds: event.currentTarget.value })}
              />{' '}
              s
            </label>
            <label>
              if{' '}
              <input
                class="field field-number"
                type="number"
                min={0}
                required
                aria-label={`Rule ${i + 1}: changes`}
                value={changes}
                onInput={(event) => edit(i, { changes: event.currentTarget.value })}
              />{' '}
              changes
            </label>
            <button
              type="button"
              class="button button-quiet"
              aria-label={`Remove rule ${i + 1}`}
              onClick={() => (draft.value = rules.filter((_, at) => at !== i))}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      <div class="inline-form">
        <button type="button" class="button" onClick={() => (draft.value = [...rules, { seconds: '60', changes: '1000' }])}>
          Add rule
        </button>
        {changed ? (
          <>
            <button class="button button-accent">Apply</button>
            <button type="button" class="button" onClick={() => (draft.value = parse(current))}>
              Discard
            </button>
          </>
        ) : null}
      </div>
    </form>
  )
}
