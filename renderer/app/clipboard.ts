import { useSyncExternalStore } from 'react'

/** A copied key that is still on the clipboard, as far as this window knows. */
export interface CopiedKey {
  readonly name: string
  /** When it is taken off the clipboard again, in epoch milliseconds; null is never. */
  readonly clearsAt: number | null
  /**
   * `main`: the host takes it off. `page`: this window does. `unsure`: the time is up, but the browser does not
   * let this window look at the clipboard, so it cannot tell whether the key is still there.
   */
  readonly kept: 'main' | 'page' | 'unsure'
}

let copied: CopiedKey | null = null
let digest: string | null = null
let timer: ReturnType<typeof setTimeout> | undefined
const listeners = new Set<() => void>()

/** Notes that the host copied a key and clears the clipboard itself at `clearsAt` (null: never). */
export function noteCopiedByHost(name: string, clearsAt: number | null): void {
  digest = null
  show({ name, clearsAt, kept: 'main' })
  if (clearsAt !== null) timer = setTimeout(() => show(null), clearsAt - Date.now())
}

/**
 * Puts a secret on the clipboard and takes it off after `clearAfterMs` (0: never). Only its SHA-256 is kept, to
 * see later whether the clipboard still holds it. Rejects when the browser refuses the clipboard.
 */
export async function copyInPage(name: string, secret: string, clearAfterMs: number): Promise<void> {
  const hash = await sha256(secret)
  await navigator.clipboard.writeText(secret)
  digest = hash
  show({ name, clearsAt: clearAfterMs === 0 ? null : Date.now() + clearAfterMs, kept: 'page' })
  if (clearAfterMs > 0) timer = setTimeout(() => void clearIfOurs(), clearAfterMs)
}

/** Empties the clipboard now, because the operator asked for it. */
export async function clearClipboardNow(): Promise<void> {
  await navigator.clipboard.writeText('')
  forgetCopied()
}

/** Takes the notice away and leaves the clipboard as it is. */
export function forgetCopied(): void {
  digest = null
  show(null)
}

/** Empties the clipboard if this window put a key there: the vault was locked. */
export function releaseClipboard(): void {
  if (copied?.kept === 'page') void clearIfOurs()
  else show(null)
}

/** The copied key to show a countdown for, or null. */
export function useCopiedKey(): CopiedKey | null {
  return useSyncExternalStore(subscribe, () => copied)
}

/**
 * Empties the clipboard if it still holds the copied key. A browser lets a page at the clipboard only while its
 * window has the focus, and for reading only with the operator's leave; nothing else is ever overwritten.
 */
async function clearIfOurs(): Promise<void> {
  const mine = copied
  if (mine === null || digest === null) return
  if (!document.hasFocus()) {
    window.addEventListener('focus', () => void clearIfOurs(), { once: true })
    return
  }
  if (!(await mayRead())) {
    show({ ...mine, kept: 'unsure' })
    return
  }
  try {
    const isOurs = (await sha256(await navigator.clipboard.readText())) === digest
    if (isOurs) await navigator.clipboard.writeText('')
    if (copied === mine) forgetCopied()
  } catch {
    show({ ...mine, kept: 'unsure' })
  }
}

async function mayRead(): Promise<boolean> {
  try {
    // The name is known to Chromium, but not to the standard library's list of names.
    const name = 'clipboard-read' as PermissionName
    return (await navigator.permissions.query({ name })).state === 'granted'
  } catch {
    return false
  }
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return new Uint8Array(hash).reduce((hex, byte) => hex + byte.toString(16).padStart(2, '0'), '')
}

function show(next: CopiedKey | null): void {
  clearTimeout(timer)
  copied = next
  for (const listener of [...listeners]) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
