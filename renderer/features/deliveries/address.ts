/** An id as it stands in an address; null for what is none. */
export function readId(text: string | null): number | null {
  const number = Number(text ?? '')
  return Number.isSafeInteger(number) && number > 0 ? number : null
}
