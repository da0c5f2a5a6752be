// The demo starts here: it opens the database and shows it, or what keeps it from opening.
import { render } from 'preact'
import { keepOffline } from './offline.ts'
import { Opening } from './opening.tsx'

const root = document.getElementById('app')!
root.textContent = ''
render(<Opening />, root)
keepOffline()
