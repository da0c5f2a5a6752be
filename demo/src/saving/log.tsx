// The engine's log, the newest line first.
import type { Database } from '../database.ts'
import { formatTime } from './time.ts'

export function Log({ database }: { database: Database }) {
  const lines = database.log.value.toReversed()
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
      {lines.length > 0 ? null : database.role.value === 'guest' ? (
        <p class="muted small">Another tab runs the commands and has the log. When it is closed, this one takes over.</p>
      ) : (
        <p class="muted small">Nothing has been logged yet.</p>
      )}
    </div>
  )
}
