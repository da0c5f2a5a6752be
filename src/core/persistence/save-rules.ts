// Save rules: `900 1 300 10` saves after 900 s if at least one change was made, after 300 s if at least ten were.

/** As rdb.c: a background save that failed is tried again after 5 s. */
const RETRY_DELAY_S = 5

export interface SaveRule {
  readonly seconds: number
  readonly changes: number
}

export interface SaveState {
  /** Changes since the last save. */
  readonly dirty: number
  /** When the last save succeeded, and when one was last tried: seconds since 1970. */
  readonly lastSave: number
  readonly lastTry: number
  /** Whether the last background save succeeded. */
  readonly ok: boolean
}

/** @param text CONFIG's form, already checked */
export function parseSaveRules(text: string): SaveRule[] {
  const numbers = text === '' ? [] : text.split(' ').map(Number)
  return numbers.flatMap((seconds, i) => (i % 2 === 0 ? [{ seconds, changes: numbers[i + 1] }] : []))
}

/**
 * The rule that fires next if no more is changed, and when: seconds since 1970.
 * Redis compares whole seconds, so a rule of 5 s fires when the clock shows 6 s more than at the last save.
 */
export function nextRule(rules: readonly SaveRule[], { dirty, lastSave, lastTry, ok }: SaveState): { rule: SaveRule; at: number } | null {
  let first: { rule: SaveRule; at: number } | null = null
  for (const rule of rules) {
    if (dirty < rule.changes) continue
    const at = Math.max(lastSave + rule.seconds + 1, ok ? 0 : lastTry + RETRY_DELAY_S + 1)
    if (first === null || at < first.at) first = { rule, at }
  }
  return first
}

/** Whole seconds: Redis tells these times in them. */
export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)
