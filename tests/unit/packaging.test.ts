import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, matchesGlob } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { product } from '../../main/hosts/product.ts'
import manifest from '../../package.json' with { type: 'json' }
import { fuseDifferences, fuses, SENTINEL } from '../../scripts/fuses.ts'
import { icnsOf, icoOf } from '../../scripts/icon-files.ts'

const root = join(import.meta.dirname, '..', '..')

/**
 * electron-builder's own reader and schema check. They are in the package it is made of, found from where it stands
 * so that it does not matter how packages are laid out.
 */
const builder = createRequire(createRequire(import.meta.url).resolve('electron-builder'))(
  'app-builder-lib/out/util/config/config',
) as {
  getConfig(projectDir: string, configPath: string, options: null): Promise<unknown>
  validateConfiguration(config: unknown, debugLogger: { isEnabled: boolean }): Promise<void>
}

const readConfig = () => builder.getConfig(root, join(root, 'electron-builder.yml'), null)
const validate = (config: unknown) => builder.validateConfiguration(config, { isEnabled: false })

const platformSchema = z.object({
  icon: z.string(),
  target: z.array(z.object({ target: z.string(), arch: z.array(z.string()) })),
  files: z.unknown().optional(),
})
const fileSetSchema = z.object({ filter: z.array(z.string()) })
const configSchema = z.object({
  appId: z.string(),
  productName: z.string(),
  asar: z.boolean(),
  asarUnpack: z.array(z.string()),
  npmRebuild: z.boolean(),
  files: z.array(fileSetSchema),
  electronFuses: z.record(z.string(), z.boolean()),
  nsis: z.object({ deleteAppDataOnUninstall: z.boolean(), perMachine: z.boolean() }),
  mac: platformSchema.extend({ hardenedRuntime: z.literal(true) }),
  win: platformSchema,
  linux: platformSchema,
})

describe('electron-builder.yml', () => {
  it("passes electron-builder's own schema", async () => {
    await expect(validate(await readConfig())).resolves.toBeUndefined()
  })

  it('would fail it with a wrong or misspelt option', async () => {
    const config = z.record(z.string(), z.unknown()).parse(await readConfig())
    await expect(validate({ ...config, productNam: 'Keyhold' })).rejects.toThrow(/productNam/)
    await expect(validate({ ...config, electronFuses: { runAsNode: 'no' } })).rejects.toThrow(/runAsNode/)
  })

  it('builds what each system installs', async () => {
    const { linux, mac, win } = configSchema.parse(await readConfig())
    const targets = (platform: { target: readonly { target: string }[] }) => platform.target.map(({ target }) => target)
    expect(targets(mac)).toEqual(['dmg', 'zip'])
    expect(targets(win)).toEqual(['nsis'])
    expect(targets(linux)).toEqual(['AppImage', 'deb'])
  })

  it('sets every fuse electron-builder knows, as the table says, and the table knows the rest', async () => {
    const { electronFuses } = configSchema.parse(await readConfig())
    const known = fuses.flatMap(({ option, on }) => (option === null ? [] : [[option, on] as const]))
    expect(electronFuses).toEqual(Object.fromEntries(known))
    const schema = z
      .object({ definitions: z.object({ FuseOptionsV1: z.object({ properties: z.record(z.string(), z.unknown()) }) }) })
      .parse(
        JSON.parse(
          readFileSync(
            createRequire(createRequire(import.meta.url).resolve('electron-builder')).resolve(
              'app-builder-lib/scheme.json',
            ),
            'utf8',
          ),
        ),
      )
    const settable = Object.keys(schema.definitions.FuseOptionsV1.properties)
    expect(settable.filter((option) => option !== 'resetAdHocDarwinSignature').sort()).toEqual(
      Object.keys(electronFuses).sort(),
    )
    expect(fuses).toHaveLength(9)
  })

  it('holds the values of the fuses that protect the app', () => {
    expect(Object.fromEntries(fuses.map(({ name, on }) => [name, on]))).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
      WasmTrapHandlers: true,
    })
  })

  // With patterns of its own a system takes in the whole folder. What is packed is looked at in the integration tests.
  it('has its file patterns in one place', async () => {
    const { asar, files, linux, mac, win } = configSchema.parse(await readConfig())
    expect(asar).toBe(true)
    expect(files.flatMap(({ filter }) => filter)).toContain('!out/main/browser.js')
    expect([linux, mac, win].filter((platform) => platform.files !== undefined)).toEqual([])
  })

  it('keeps the database library outside the archive and does not rebuild it', async () => {
    const { asarUnpack, npmRebuild } = configSchema.parse(await readConfig())
    const library = 'node_modules/better-sqlite3/prebuilds/linux-x64.node'
    expect(asarUnpack.some((pattern) => matchesGlob(library, pattern))).toBe(true)
    expect(npmRebuild).toBe(false)
  })

  it('does not delete the vault when the app is removed', async () => {
    expect(configSchema.parse(await readConfig()).nsis.deleteAppDataOnUninstall).toBe(false)
  })
})

describe('the identity of the app', () => {
  const warning = "changing this loses users' secrets: the operating system finds the vault key by these values"

  it('never changes', async () => {
    const { appId, productName } = configSchema.parse(await readConfig())
    expect(manifest.name, warning).toBe('keyhold')
    expect(manifest.productName, warning).toBe('Keyhold')
    expect(productName, warning).toBe('Keyhold')
    expect(appId, warning).toBe('dev.keyhold.desktop')
    expect(product.name, warning).toBe('Keyhold')
    expect(product.appId, warning).toBe(appId)
    expect(`${product.scheme}://${product.schemeHost}`, warning).toBe('app://keyhold')
  })
})

describe('reading the fuses back', () => {
  const wire = (states: string, version = 1) =>
    Buffer.concat([
      Buffer.from('before'),
      Buffer.from(SENTINEL),
      Buffer.from([version, states.length]),
      Buffer.from(states),
      Buffer.from('after'),
    ])

  it('is content with the right wire only', () => {
    expect(fuseDifferences(wire('010011001'))).toEqual([])
    expect(fuseDifferences(Buffer.concat([wire('010011001'), wire('010011001')]))).toEqual([])
  })

  it.each([
    ['a fuse the other way round', wire('110011001'), /RunAsNode is "1"/],
    ['a removed fuse', wire('01001100r'), /WasmTrapHandlers is "r"/],
    ['a fuse nobody decided about', wire('0100110010'), /has 10 fuses; 9 are known/],
    ['a wire that is too short', wire('01001100'), /has 8 fuses/],
    ['another version of the wire', wire('010011001', 2), /version 2/],
    ['a second architecture that differs', Buffer.concat([wire('010011001'), wire('110011001')]), /RunAsNode/],
    ['no wire at all', Buffer.from('nothing here'), /no fuse wire/],
  ])('reports %s', (_, binary, expected) => {
    expect(fuseDifferences(binary).join(' ')).toMatch(expected)
  })
})

describe('icons', () => {
  const resources = join(root, 'resources')
  const isPng = (bytes: Buffer) =>
    bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))
  const widthOf = (png: Buffer) => png.readUInt32BE(16)

  it('the Windows icon holds a PNG picture of every size it names', () => {
    const ico = readFileSync(join(resources, 'icon.ico'))
    const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
      const entry = 6 + 16 * index
      const png = ico.subarray(ico.readUInt32LE(entry + 12), ico.readUInt32LE(entry + 12) + ico.readUInt32LE(entry + 8))
      expect(isPng(png)).toBe(true)
      expect(widthOf(png)).toBe(ico.readUInt8(entry) || 256)
      return widthOf(png)
    })
    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256])
  })

  it('the Apple icon is as long as it says and ends with 1024 pixels', () => {
    const icns = readFileSync(join(resources, 'icon.icns'))
    expect(icns.toString('latin1', 0, 4)).toBe('icns')
    expect(icns.readUInt32BE(4)).toBe(icns.length)
    const widths: number[] = []
    for (let at = 8; at < icns.length; at += icns.readUInt32BE(at + 4)) {
      const png = icns.subarray(at + 8, at + icns.readUInt32BE(at + 4))
      expect(isPng(png)).toBe(true)
      widths.push(widthOf(png))
    }
    expect(widths).toEqual([16, 32, 32, 64, 128, 256, 256, 512, 512, 1_024])
  })

  it('the pictures for Linux are as large as their names say', () => {
    for (const size of [16, 32, 48, 64, 128, 256, 512]) {
      expect(widthOf(readFileSync(join(resources, 'icons', `${size}x${size}.png`)))).toBe(size)
    }
  })

  it('are refused when a picture does not fit or is missing', () => {
    expect(() => icoOf([{ size: 512, png: Buffer.alloc(1) }])).toThrow(RangeError)
    expect(() => icnsOf([{ size: 16, png: Buffer.alloc(1) }])).toThrow(RangeError)
  })
})
