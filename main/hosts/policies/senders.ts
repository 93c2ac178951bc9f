import { isAppUrl } from './navigation.ts'

/** What is looked at of the frame that sent a message. `null` after a navigation or when the frame is gone. */
export interface SenderFrame {
  readonly url: string
  readonly parent: unknown
  readonly detached?: boolean
}

export type SenderVerdict = { readonly accepted: true } | { readonly accepted: false; readonly reason: string }

/** Only the main frame of a page of ours may ask for the port. A window has many frames; the window proves nothing. */
export function judgeSender(frame: SenderFrame | null): SenderVerdict {
  if (frame === null) return refuse('The frame that asked is gone.')
  if (frame.detached === true) return refuse('The frame that asked is no longer part of the page.')
  if (frame.parent !== null) return refuse('A frame inside the page asked.')
  if (!isAppUrl(frame.url)) return refuse('A page that is not part of Keyhold asked.')
  return { accepted: true }
}

function refuse(reason: string): SenderVerdict {
  return { accepted: false, reason }
}
