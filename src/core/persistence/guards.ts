// Guards hear of a part of the data before it changes. Several may watch the same data (a save, an export, the record of
// what has changed): they stand in a chain, and each tells the one below.

interface Guard<G> {
  below: G | null
}

/** Puts a guard before what changes. */
export function guard<G extends Guard<G>>(guarded: { guard: G | null }, added: G): void {
  added.below = guarded.guard
  guarded.guard = added
}

/** Takes a guard away, wherever it stands; nothing happens if it has gone already. */
export function unguard<G extends Guard<G>>(guarded: { guard: G | null }, gone: G): void {
  if (guarded.guard === gone) guarded.guard = gone.below
  for (let each = guarded.guard; each !== null; each = each.below) if (each.below === gone) each.below = gone.below
}
