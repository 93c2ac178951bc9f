import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Changes } from '../../main/changes.ts'
import { createHttpClient } from '../../main/http/undici-client.ts'
import { Providers } from '../../main/providers/providers.ts'
import { Settings } from '../../main/settings/settings.ts'
import type { ProviderId } from '../../shared/providers.ts'
import { openBench, type TestBench, TestClock, TestKeys } from '../unit/usage/support.ts'

export interface RealBench extends TestBench {
  readonly settings: Settings
  close(): Promise<void>
}

/** Usage over the real adapters, HTTP client and settings; only the inventory is small. */
export function openRealBench(options: { dataDir?: string; now: number }): RealBench {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'keyhold-usage-'))
  const clock = new TestClock(options.now)
  const settings = new Settings(dataDir, new Changes())
  const http = createHttpClient()
  const providers = new Providers({ http, settings, clock })
  const bench = openBench({ dataDir, keys: new TestKeys(), clock, providers })
  return {
    ...bench,
    settings,
    close: async () => {
      await bench.usage.close()
      bench.store.close()
      await http.close()
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Sends the provider's calls to `url`, admin keys too. */
export function redirect(bench: RealBench, provider: ProviderId, url: string): void {
  bench.settings.setProvider(provider, url, true)
}
