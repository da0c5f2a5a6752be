// Coroutines.
export class Coroutine {
  status: 'suspended' | 'running' | 'normal' | 'dead' = 'suspended'
}
