import { Button } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { Link, Redirect, Route, Switch, useLocation } from 'wouter'
import { Page } from '../ui/page.tsx'
import { PageHeader } from '../ui/page-header.tsx'
import { PageSkeleton } from '../ui/page-skeleton.tsx'
import { ErrorBoundary } from './error-boundary.tsx'

const AccountsPage = lazy(async () => ({
  default: (await import('../features/accounts/accounts-page.tsx')).AccountsPage,
}))
const KeysPage = lazy(async () => ({ default: (await import('../features/keys/keys-page.tsx')).KeysPage }))
const ImportPage = lazy(async () => ({ default: (await import('../features/imports/import-page.tsx')).ImportPage }))
const UsagePage = lazy(async () => ({ default: (await import('../features/usage/usage-page.tsx')).UsagePage }))
const SettingsPage = lazy(async () => ({
  default: (await import('../features/settings/settings-page.tsx')).SettingsPage,
}))

/** Which page an address shows. */
export function Pages() {
  const [path] = useLocation()
  return (
    <Suspense fallback={<PageSkeleton />}>
      <ErrorBoundary key={path.split('/')[1]}>
        <Switch>
          <Route path="/">
            <Redirect to="/keys" replace />
          </Route>
          <Route path="/accounts/:id?" component={AccountsRoute} />
          <Route path="/keys/:id?" component={KeysRoute} />
          <Route path="/import" component={ImportPage} />
          <Route path="/usage/*?" component={UsagePage} />
          <Route path="/settings/*?" component={SettingsPage} />
          <Route component={NotFound} />
        </Switch>
      </ErrorBoundary>
    </Suspense>
  )
}

interface ItemRoute {
  readonly params: { readonly id?: string | undefined }
}

function AccountsRoute({ params }: ItemRoute) {
  return <AccountsPage selection={readSelection(params.id)} />
}

function KeysRoute({ params }: ItemRoute) {
  return <KeysPage selection={readSelection(params.id)} />
}

/** What stands behind the list in the address: nothing, "new", or the id of a record. */
function readSelection(id: string | undefined): number | 'new' | null {
  if (id === undefined) return null
  if (id === 'new') return 'new'
  const number = Number(id)
  return Number.isSafeInteger(number) && number > 0 ? number : null
}

function NotFound() {
  return (
    <Page>
      <PageHeader
        title="There is no such page"
        lead="The address is wrong, or belongs to another version of Keyhold."
        actions={
          <Button component={Link} href="/keys" variant="default">
            Go to provider keys
          </Button>
        }
      />
    </Page>
  )
}
