// How much of the browser's storage is used, and whether the browser may delete it when space runs low.
import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { formatBytes } from '../bytes-shown.ts'

interface Use {
  readonly usage: number
  readonly quota: number
  readonly persisted: boolean
}

export function StorageUse({ saves, saving }: { saves: number; saving: boolean }) {
  const use = useSignal<Use | null>(null)
  const look = async (): Promise<void> => {
    const { usage = 0, quota = 0 } = await navigator.storage.estimate()
    use.value = { usage, quota, persisted: await navigator.storage.persisted() }
  }
  useEffect(() => {
    if (!saving) void look().catch(() => {})
  }, [saves, saving])

  if (use.value === null) return null
  const { usage, quota, persisted } = use.value
  return (
    <>
      <div>
        <dt>On disk</dt>
        <dd title={`of the ${formatBytes(quota)} that the browser allows`}>{formatBytes(usage)}</dd>
      </div>
      <div>
        <dt>If space runs low</dt>
        <dd>
          {persisted ? (
            'Kept'
          ) : (
            <>
              May be deleted. {/* The browser may take its time to answer, or never answer. */}
              <button class="link" onClick={() => void navigator.storage.persist().then(look)}>
                Ask to keep it
              </button>
            </>
          )}
        </dd>
      </div>
    </>
  )
}
