/**
 * Electron's fuses in the order of the wire (electron, build/fuses/fuses.json5) and how a packaged Keyhold has them.
 * The reasons are in SECURITY.md. `electron-builder.yml` sets all but the last, which electron-builder does not know.
 */
export const fuses: readonly { readonly name: string; readonly option: string | null; readonly on: boolean }[] = [
  { name: 'RunAsNode', option: 'runAsNode', on: false },
  { name: 'EnableCookieEncryption', option: 'enableCookieEncryption', on: true },
  { name: 'EnableNodeOptionsEnvironmentVariable', option: 'enableNodeOptionsEnvironmentVariable', on: false },
  { name: 'EnableNodeCliInspectArguments', option: 'enableNodeCliInspectArguments', on: false },
  { name: 'EnableEmbeddedAsarIntegrityValidation', option: 'enableEmbeddedAsarIntegrityValidation', on: true },
  { name: 'OnlyLoadAppFromAsar', option: 'onlyLoadAppFromAsar', on: true },
  { name: 'LoadBrowserProcessSpecificV8Snapshot', option: 'loadBrowserProcessSpecificV8Snapshot', on: false },
  { name: 'GrantFileProtocolExtraPrivileges', option: 'grantFileProtocolExtraPrivileges', on: false },
  { name: 'WasmTrapHandlers', option: null, on: true },
]

/** What stands before the wire in every Electron binary (packages @electron/fuses, constants). */
export const SENTINEL = ['dL7pKGdnNz796PbbjQWN', 'KmHXBZaB9tsX'].join('')

/**
 * Compares the fuses of an Electron binary with {@link fuses} and returns one sentence per difference; empty if all
 * is as it should be. A fuse that is not in the table is a difference: somebody has to decide about it.
 */
export function fuseDifferences(binary: Buffer): string[] {
  const differences: string[] = []
  let at = binary.indexOf(SENTINEL)
  if (at === -1) return ['There is no fuse wire in this file.']
  // A universal macOS binary has one wire per architecture.
  for (; at !== -1; at = binary.indexOf(SENTINEL, at + 1)) {
    const wire = at + SENTINEL.length
    const [version, length] = [binary[wire], binary[wire + 1] ?? 0]
    if (version !== 1) differences.push(`The fuse wire has version ${version}, not 1.`)
    if (length !== fuses.length) differences.push(`The wire has ${length} fuses; ${fuses.length} are known.`)
    for (const [index, fuse] of fuses.slice(0, length).entries()) {
      const state = String.fromCharCode(binary[wire + 2 + index] ?? 0)
      const expected = fuse.on ? '1' : '0'
      if (state !== expected) differences.push(`${fuse.name} is "${state}", not "${expected}".`)
    }
  }
  return differences
}
