import { defineConfig } from '@playwright/test'

const args: unknown = JSON.parse(process.env.KEYHOLD_CHROMIUM_ARGS ?? '[]')

export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../.artifacts/e2e',
  fullyParallel: false,
  workers: 2,
  // A test that needs its second try is named as flaky; it does not stop everything behind it.
  retries: 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list', { printSteps: false }]],
  use: {
    launchOptions: {
      ...(process.env.KEYHOLD_CHROMIUM_PATH ? { executablePath: process.env.KEYHOLD_CHROMIUM_PATH } : {}),
      args: Array.isArray(args) ? args.map(String) : [],
    },
    actionTimeout: 10_000,
    // Colours are measured by axe: not of a notice that is half faded out.
    contextOptions: { reducedMotion: 'reduce' },
    trace: 'retain-on-failure',
    viewport: { width: 1_280, height: 800 },
  },
})
