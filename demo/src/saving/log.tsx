// The engine's log, the newest line first.
import type { ReadonlySignal } from '@preact/signals'
import type { LogEntry } from '../database.ts'
import { formatTime } from './time.ts'

export function Log({ entries }: { entries: ReadonlySignal<readonly LogEntry[]> }) {
  const lines = entries.value.toReversed()
  return (
    <div class="block">
      <h3 id="log-title">Log</h3>
      <ol class="log" reversed tabIndex={0} aria-labelledby="log-title">
        {lines.map(({ number, time, level, message }) => (
          <li key={number} class={level === 'warning' ? 'log-warning' : undefined}>
            <time datetime={time.toISOString()}>{formatTime(time)}</time> {level === 'warning' ? <b>Warning: </b> : null}
            {message}
          </li>
        ))}
      </ol>
      {lines.length === 0 ? <p class="muted small">Nothing has been logged yet.</p> : null}
    </div>
  )
}
