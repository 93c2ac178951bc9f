import { expect, type Page } from '@playwright/test'

export const APP = 'app://keyhold'
export const PASSPHRASE = 'correct horse battery staple'

export interface Violation {
  readonly directive: string
  readonly blocked: string
}

/** Reloads the page with a record of every breach of its policy from the first moment on. */
export async function recordViolations(page: Page): Promise<() => Promise<Violation[]>> {
  await page.addInitScript(() => {
    const seen: { directive: string; blocked: string }[] = []
    Object.assign(window, { violations: seen })
    document.addEventListener('securitypolicyviolation', (event) =>
      seen.push({ directive: event.effectiveDirective, blocked: event.blockedURI }),
    )
  })
  await page.reload()
  return () => page.evaluate((): Violation[] => Reflect.get(window, 'violations'))
}

/** Makes a vault on the first-run page. Ends with the recovery code on the page. */
export async function makeVault(page: Page): Promise<void> {
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await page.getByLabel('Passphrase again').fill(PASSPHRASE)
  await page.getByRole('button', { name: 'Create the vault' }).click()
  await expect(page.getByRole('heading', { name: 'Store your recovery code' })).toBeVisible()
}

/** Leaves the page with the recovery code as somebody who stored it. */
export async function openKeyhold(page: Page): Promise<void> {
  await page.getByLabel('I have stored it').check()
  await page.getByRole('button', { name: 'Open Keyhold' }).click()
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Provider keys' })).toBeVisible()
}
