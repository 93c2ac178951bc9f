/** Same as in the contract: more characters than this are refused before they travel. */
export const MAX_PASTE = 2_000_000
