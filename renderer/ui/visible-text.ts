/** C0 without line breaks and tabs, DEL, C1, zero-width characters, separators, byte order mark, lone surrogates. */
const hidden =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is made visible here
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\p{Surrogate}/gu
const breaks = /[\t\n\r]/g

/** Whether something in the text is not to be seen or turns its direction. */
export function hasHidden(text: string): boolean {
  hidden.lastIndex = 0
  return hidden.test(text)
}

/**
 * Text of strangers on one line, safe to look at: characters that are invisible, break the line or turn the direction
 * of what follows stand as their code, "‹202E›". Everything else is as it came.
 */
export function visibleLine(text: string): string {
  return visibleText(text).replace(breaks, codeOf)
}

/** The same for text of several lines: line breaks and tabs stay. A carriage return before a line feed belongs to it. */
export function visibleText(text: string): string {
  return text.replace(hidden, codeOf).replace(/\r(?!\n)/g, codeOf)
}

function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return `‹${code
    .toString(16)
    .toUpperCase()
    .padStart(code > 0xff ? 4 : 2, '0')}›`
}
