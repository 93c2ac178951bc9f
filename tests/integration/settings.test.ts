import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Changes } from '../../main/changes.ts'
import { Settings } from '../../main/settings/settings.ts'
import { temporaryFolder } from '../support/browser-host.ts'

let folder: ReturnType<typeof temporaryFolder>
beforeEach(() => {
  folder = temporaryFolder('settings')
})
afterEach(() => folder.remove())

const open = () => new Settings(folder.path, new Changes())
const file = () => join(folder.path, 'settings.json')

describe('the settings', () => {
  it('are kept, and the token of the local API only as a hash', () => {
    const settings = open()
    settings.setPreferences({ autoLockMinutes: 3, colorScheme: undefined })
    const token = settings.setLocalApi(true, true)
    if (token === null) throw new Error('no token')
    expect(readFileSync(file(), 'utf8')).not.toContain(token)
    const again = open()
    expect(again.preferences()).toMatchObject({ autoLockMinutes: 3, colorScheme: 'auto' })
    expect(again.isApiToken(token)).toBe(true)
    expect(again.isApiToken(`${token}x`)).toBe(false)
    again.setLocalApi(false, false)
    expect(open().isApiToken(token)).toBe(false)
  })

  it('set a file aside that cannot be read, use defaults and say so', () => {
    for (const broken of ['{"preferences":', 'no JSON at all', '{"preferences":{"autoLockMinutes":"soon"}}']) {
      writeFileSync(file(), broken)
      const settings = open()
      expect(settings.preferences().autoLockMinutes, broken).toBe(15)
      expect(settings.notices, broken).toMatchObject([
        { severity: 'warning', message: expect.stringContaining('could not be read') },
      ])
      const aside = readdirSync(folder.path).filter((name) => name.includes('unreadable'))
      expect(aside.map((name) => readFileSync(join(folder.path, name), 'utf8'))).toContain(broken)
      for (const name of readdirSync(folder.path)) rmSync(join(folder.path, name))
    }
  })

  it('forget the permission for admin keys when the address changes', () => {
    const settings = open()
    settings.setProvider('openai', 'https://gateway.example/v1/', true)
    expect(settings.provider('openai')).toMatchObject({ baseUrl: 'https://gateway.example/v1', allowAdminKey: true })
    settings.setProvider('openai', 'https://other.example/v1', false)
    expect(settings.provider('openai').allowAdminKey).toBe(false)
    settings.setProvider('openai', null, true)
    expect(settings.provider('openai')).toMatchObject({ baseUrl: null, allowAdminKey: false })
  })

  it('sweep away what an interrupted write left', () => {
    writeFileSync(`${file()}.tmp-123`, '{"half')
    open()
    expect(readdirSync(folder.path).filter((name) => name.includes('tmp-'))).toEqual([])
  })

  it('stay as they were when they cannot be written', () => {
    const settings = open()
    settings.setProvider('openai', 'https://gateway.example/v1', false)
    rmSync(file())
    mkdirSync(file())
    expect(() => settings.setProvider('openai', 'https://other.example/v1', true)).toThrow()
    expect(settings.provider('openai')).toMatchObject({ baseUrl: 'https://gateway.example/v1', allowAdminKey: false })
  })
})
