// The prompt as it is seen: what was printed, the line, what may come next, and the keys that work as in redis-cli.
import { useSignal } from '@preact/signals'
import { Fragment } from 'preact'
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { EXAMPLES, type Output, type Terminal } from './terminal.ts'

interface Search {
  readonly text: string
  readonly skip: number
}

export function Prompt({ terminal }: { terminal: Terminal }) {
  const line = useSignal('')
  const search = useSignal<Search | null>(null)
  const completion = useSignal<{ readonly found: readonly string[]; readonly at: number } | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const running = terminal.running.value
  const outputs = terminal.outputs.value
  const shown = completion.value

  // The end stays in sight, also when the pane gets smaller.
  useLayoutEffect(() => scrollToEnd(scroller.current), [outputs])
  useEffect(() => {
    const observer = new ResizeObserver(() => scrollToEnd(scroller.current))
    observer.observe(scroller.current!)
    return () => observer.disconnect()
  }, [])

  // A keyboard that covers half of a phone should come when asked for only.
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) input.current?.focus()
  }, [])

  const setLine = (text: string): void => {
    line.value = text
    completion.value = null
  }

  const complete = (back: boolean): boolean => {
    const { found, at } = completion.value ?? { found: terminal.docs.value?.complete(line.value) ?? [], at: back ? 0 : -1 }
    if (found.length === 0) return false
    const next = (at + (back ? found.length - 1 : 1)) % found.length
    line.value = found.length === 1 ? `${found[next]} ` : found[next]
    completion.value = found.length === 1 ? null : { found, at: next }
    return true
  }

  const onKeyDown = (event: KeyboardEvent): void => {
    const used = search.value === null ? onPromptKey(event) : onSearchKey(event, search.value)
    if (used) event.preventDefault()
  }

  const onPromptKey = ({ key, ctrlKey, shiftKey }: KeyboardEvent): boolean => {
    const control = ctrlKey ? key.toLowerCase() : ''
    if (control === 'c' && hasSelection(input.current)) return false
    if (control === 'c') {
      if (running !== null) running.stop()
      else setLine('')
      return true
    }
    if (control === 'l') {
      terminal.clear()
      return true
    }
    if (control === 'r') {
      search.value = { text: '', skip: 0 }
      return true
    }
    if (key === 'Tab') return complete(shiftKey)
    if (key === 'Escape' && completion.value !== null) {
      completion.value = null
      return true
    }
    if (key === 'ArrowUp' || key === 'ArrowDown') {
      const found = key === 'ArrowUp' ? terminal.history.older(line.value) : terminal.history.newer()
      if (found !== null) setLine(found)
      return true
    }
    return false
  }

  const onSearchKey = ({ key, ctrlKey }: KeyboardEvent, { text, skip }: Search): boolean => {
    const found = terminal.history.search(text, skip)
    if (ctrlKey && key.toLowerCase() === 'r') {
      if (terminal.history.search(text, skip + 1) !== null) search.value = { text, skip: skip + 1 }
      return true
    }
    const leaves = key === 'Escape' || key === 'Tab' || key === 'ArrowUp' || key === 'ArrowDown' || (ctrlKey && /^[cg]$/i.test(key))
    if (!leaves) return false
    search.value = null
    if (key !== 'Escape' && !ctrlKey && found !== null) setLine(found)
    return true
  }

  const submit = (event: Event): void => {
    event.preventDefault()
    if (running !== null) return
    const entered = search.value === null ? line.value : (terminal.history.search(search.value.text, search.value.skip) ?? line.value)
    search.value = null
    setLine('')
    void terminal.enter(entered)
  }

  const onInput = (event: Event): void => {
    const { value } = event.target as HTMLInputElement
    if (search.value === null) setLine(value)
    else search.value = { text: value, skip: 0 }
  }

  return (
    <section class="pane prompt" aria-labelledby="prompt-title">
      <h2 id="prompt-title" class="visually-hidden">
        Prompt
      </h2>
      <div
        class="prompt-output"
        ref={scroller}
        role="log"
        aria-label="Replies"
        tabIndex={0}
        onClick={() => focusUnlessSelecting(input.current)}
      >
        {outputs.map((output) => (
          <Fragment key={output.number}>
            <OutputLines output={output} />
            {output.number === 0 ? <Examples isBusy={running !== null} onChoose={(each) => void terminal.enter(each)} /> : null}
          </Fragment>
        ))}
      </div>
      <form class="prompt-form" onSubmit={submit}>
        {running?.endless ? (
          <button type="button" class="button" onClick={() => running.stop()}>
            Stop <kbd>Ctrl C</kbd>
          </button>
        ) : null}
        <label class="prompt-label" for="prompt-line">
          {search.value === null ? terminal.prompt.value : '(search)'}
        </label>
        <input
          id="prompt-line"
          ref={input}
          class="prompt-line"
          value={search.value === null ? line.value : search.value.text}
          onInput={onInput}
          onKeyDown={onKeyDown}
          aria-label={search.value === null ? 'Redis command' : 'Search in the history'}
          aria-describedby="prompt-hint"
          readOnly={running?.endless}
          autocomplete="off"
          autocapitalize="none"
          autocorrect="off"
          spellcheck={false}
          enterkeyhint="send"
        />
        <button type="submit" class="button button-accent prompt-send" disabled={running !== null}>
          Run
        </button>
      </form>
      <div id="prompt-hint" class="prompt-hint" aria-live="polite">
        {search.value !== null ? (
          <span>{terminal.history.search(search.value.text, search.value.skip) ?? 'Nothing found yet'}</span>
        ) : shown !== null ? (
          <Completions found={shown.found} at={shown.at} />
        ) : (
          <Hint terminal={terminal} line={line.value} />
        )}
      </div>
    </section>
  )
}

function OutputLines({ output: { input, text, kind } }: { output: Output }) {
  return (
    <div class="output">
      {input === null ? null : (
        <div class="output-input">
          <span class="output-prompt">{input.prompt}</span> {shorten(input.line)}
        </div>
      )}
      {text === '' ? null : <pre class={`output-text output-${kind}`}>{text}</pre>}
    </div>
  )
}

function Examples({ isBusy, onChoose }: { isBusy: boolean; onChoose: (line: string) => void }) {
  return (
    <ul class="examples" aria-label="Examples">
      {EXAMPLES.map((each) => (
        <li key={each}>
          <button class="example" disabled={isBusy} onClick={() => onChoose(each)}>
            {each}
          </button>
        </li>
      ))}
    </ul>
  )
}

/** A line that somebody pasted may be megabytes. */
const shorten = (line: string): string => (line.length > 2000 ? `${line.slice(0, 2000)}…` : line)

function Hint({ terminal, line }: { terminal: Terminal; line: string }) {
  const about = terminal.docs.value?.about(line)
  if (about !== undefined) {
    return (
      <>
        <strong>{about.name}</strong> <span class="prompt-syntax">{about.syntax}</span>
        <span class="prompt-summary">{about.summary}</span>
      </>
    )
  }
  if (line.trim() !== '') return <Completions found={(terminal.docs.value?.complete(line) ?? []).slice(0, 12)} at={-1} />
  return (
    <span class="prompt-summary">
      <kbd>Tab</kbd> completes, <kbd>↑</kbd> recalls, <kbd>help</kbd> explains
    </span>
  )
}

function Completions({ found, at }: { found: readonly string[]; at: number }) {
  // A window around the chosen one, so that it is always seen.
  const start = Math.max(0, Math.min(at - 4, found.length - 10))
  return (
    <span class="completions">
      {found.slice(start, start + 10).map((text, i) => (
        <span key={text} class={start + i === at ? 'completion completion-chosen' : 'completion'}>
          {text}
        </span>
      ))}
      {found.length > start + 10 ? <span class="completion">…</span> : null}
    </span>
  )
}

function scrollToEnd(element: HTMLElement | null): void {
  element?.scrollTo({ top: element.scrollHeight })
}

const hasSelection = (input: HTMLInputElement | null): boolean =>
  (input !== null && input.selectionStart !== input.selectionEnd) || getSelection()?.isCollapsed === false

function focusUnlessSelecting(input: HTMLInputElement | null): void {
  if (getSelection()?.isCollapsed !== false) input?.focus({ preventScroll: true })
}
