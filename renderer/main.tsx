import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app/global.css'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { connection } from './app/api.ts'
import { App } from './app/app.tsx'

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? ''
// The package behind modals that stops the page from scrolling makes its own style element.
setNonce(nonce)

const root = document.getElementById('root')
if (root === null) throw new Error('The page has no root element.')

// The address printed at start may be opened in a tab that is here already: only its fragment changes then.
window.addEventListener('hashchange', () => void connection.connect())
void connection.connect()

createRoot(root).render(
  <StrictMode>
    <App nonce={nonce} />
  </StrictMode>,
)
