import { AppShell, Burger, Drawer } from '@mantine/core'
import { useDisclosure, useHotkeys } from '@mantine/hooks'
import { useEffect } from 'react'
import { useLocation } from 'wouter'
import { notifyProblem } from '../ui/notify.ts'
import { useActivity } from './activity.ts'
import { ClipboardNotice } from './clipboard-notice.tsx'
import { NavigationLinks } from './navigation.tsx'
import { Notices } from './notices.tsx'
import { Pages } from './pages.tsx'
import classes from './shell.module.css'
import { TopBar } from './top-bar.tsx'
import { lockVault } from './vault-store.ts'

export const MAIN_ID = 'main'

/** The frame around the pages while the vault is ready: rail, top bar, page. */
export function Shell() {
  const [isMenuOpen, menu] = useDisclosure(false)
  const [path] = useLocation()
  useActivity()
  useHotkeys([['mod+shift+L', () => void lockVault().catch(notifyProblem)]], [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes whenever another page is shown
  useEffect(menu.close, [path])

  return (
    <AppShell
      header={{ height: 48 }}
      navbar={{ width: 216, breakpoint: 'md', collapsed: { mobile: true } }}
      transitionDuration={0}
      classNames={{ header: classes.header, navbar: classes.navbar, main: classes.main }}
    >
      <a href={`#${MAIN_ID}`} className={classes.skip} onClick={focusMain}>
        Skip to the page
      </a>
      <AppShell.Header>
        <TopBar
          burger={
            <Burger
              opened={isMenuOpen}
              onClick={menu.toggle}
              hiddenFrom="md"
              size="sm"
              aria-label={isMenuOpen ? 'Close the menu' : 'Open the menu'}
            />
          }
        />
      </AppShell.Header>
      <AppShell.Navbar component="nav" aria-label="Main">
        <NavigationLinks />
      </AppShell.Navbar>
      <Drawer opened={isMenuOpen} onClose={menu.close} title="Menu" size={264} hiddenFrom="md">
        <nav aria-label="Main">
          <NavigationLinks />
        </nav>
      </Drawer>
      <AppShell.Main id={MAIN_ID} tabIndex={-1}>
        <Notices />
        <Pages />
      </AppShell.Main>
      <ClipboardNotice />
    </AppShell>
  )
}

function focusMain(event: { preventDefault(): void }) {
  event.preventDefault()
  document.getElementById(MAIN_ID)?.focus()
}
