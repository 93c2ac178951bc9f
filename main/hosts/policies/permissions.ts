/**
 * Permissions the page may have. Writing the clipboard is all it ever needs (to copy a recovery code); every other
 * permission, known or yet to be invented, is refused.
 */
const granted: ReadonlySet<string> = new Set(['clipboard-sanitized-write'])

export function mayHavePermission(permission: string, fromApp: boolean): boolean {
  return fromApp && granted.has(permission)
}
