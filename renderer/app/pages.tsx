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
const CapturesPage = lazy(async () => ({
  default: (await import('../features/captures/captures-page.tsx')).CapturesPage,
}))
const DiffPage = lazy(async () => ({ default: (await import('../features/captures/diff-page.tsx')).DiffPage }))
const EventTypesPage = lazy(async () => ({
  default: (await import('../features/captures/event-types-page.tsx')).EventTypesPage,
}))
const EndpointsPage = lazy(async () => ({
  default: (await import('../features/receiver/endpoints-page.tsx')).EndpointsPage,
}))
const DeliveriesPage = lazy(async () => ({
  default: (await import('../features/deliveries/deliveries-page.tsx')).DeliveriesPage,
}))
const SenderPage = lazy(async () => ({ default: (await import('../features/sender/sender-page.tsx')).SenderPage }))
const TunnelsPage = lazy(async () => ({ default: (await import('../features/tunnels/tunnels-page.tsx')).TunnelsPage }))
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
          <Route path="/webhooks">
            <Redirect to="/webhooks/requests" replace />
          </Route>
          <Route path="/webhooks/requests/types" component={EventTypesPage} />
          <Route path="/webhooks/requests/diff/:left/:right" component={DiffRoute} />
          <Route path="/webhooks/requests/:id?" component={CapturesRoute} />
          <Route path="/webhooks/endpoints/:id?" component={EndpointsRoute} />
          <Route path="/webhooks/deliveries/:tab?/:id?" component={DeliveriesRoute} />
          <Route path="/webhooks/send/:tab?" component={SenderRoute} />
          <Route path="/webhooks/tunnels" component={TunnelsPage} />
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

function CapturesRoute({ params }: ItemRoute) {
  const selection = readSelection(params.id)
  return <CapturesPage selection={selection === 'new' ? null : selection} />
}

function EndpointsRoute({ params }: ItemRoute) {
  return <EndpointsPage selection={readSelection(params.id)} />
}

const deliveryTabs = ['targets', 'replays', 'dead-letters', 'attempts'] as const
const senderTabs = ['compose', 'retries', 'probe'] as const

interface TabRoute {
  readonly params: { readonly tab?: string | undefined; readonly id?: string | undefined }
}

function DeliveriesRoute({ params }: TabRoute) {
  return <DeliveriesPage tab={oneOf(deliveryTabs, params.tab)} selection={readId(params.id)} />
}

function SenderRoute({ params }: TabRoute) {
  return <SenderPage tab={oneOf(senderTabs, params.tab)} />
}

/** The tab in the address, the first one where there is none or an unknown one. */
function oneOf<T extends string>(tabs: readonly [T, ...T[]], tab: string | undefined): T {
  return tabs.find((name) => name === tab) ?? tabs[0]
}

function DiffRoute({ params }: { readonly params: { readonly left?: string; readonly right?: string } }) {
  return <DiffPage left={readId(params.left)} right={readId(params.right)} />
}

/** What stands behind the list in the address: nothing, "new", or the id of a record. */
function readSelection(id: string | undefined): number | 'new' | null {
  if (id === undefined) return null
  return id === 'new' ? 'new' : readId(id)
}

function readId(id: string | undefined): number | null {
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
