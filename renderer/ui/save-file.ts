/** Content of an export as the contract hands it over. */
export interface FileContent {
  readonly fileName: string
  readonly mediaType: string
  readonly content: string
  readonly encoding: 'text' | 'base64'
}

/** Offers a file to the browser to save. */
export function saveFile({ fileName, mediaType, content, encoding }: FileContent): void {
  const data = encoding === 'text' ? content : Uint8Array.from(atob(content), (character) => character.charCodeAt(0))
  const address = URL.createObjectURL(new Blob([data], { type: mediaType }))
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  // The download reads the address after this turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}

/** Offers a text to the browser as a file to save. */
export function saveText(fileName: string, text: string, mediaType: string): void {
  saveFile({ fileName, mediaType, content: text, encoding: 'text' })
}
