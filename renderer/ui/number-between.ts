/**
 * The number that stands in a field, or null where there is none or it is outside of the bounds: fields must not
 * change what was typed by themselves, so that who reads them says what is wrong.
 */
export function numberBetween(typed: number | string, min: number, max: number): number | null {
  return typeof typed === 'number' && typed >= min && typed <= max ? typed : null
}
