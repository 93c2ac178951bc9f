import { Button, Code, Group, List, Loader, Text } from '@mantine/core'
import { useEffect, useState, useSyncExternalStore } from 'react'
import { FirstRun } from '../features/vault/first-run.tsx'
import { Unlock } from '../features/vault/unlock.tsx'
import { ProblemAlert } from '../ui/problem-alert.tsx'
import { useDelayed } from '../ui/use-delayed.ts'
import { connection } from './api.ts'
import { followChanges } from './changes.ts'
import { useColorSchemePreference } from './color-scheme.ts'
import { ConnectionBar } from './connection-bar.tsx'
import { PlainPage } from './plain-page.tsx'
import { Shell } from './shell.tsx'
import { followVault, useVault } from './vault-store.ts'

/** Decides what the window shows: the way in, or the pages. */
export function Gate() {
  const state = useSyncExternalStore(connection.subscribe, connection.getState)
  const vault = useVault()
  const [settingUp, setSettingUp] = useState(false)
  useColorSchemePreference()

  useEffect(() => {
    const controller = new AbortController()
    void followVault(controller.signal)
    void followChanges(controller.signal)
    return () => controller.abort()
  }, [])

  if (state.kind === 'no-session') return <NoSession reason={state.reason} />
  if (vault.status === null) {
    if (vault.error !== null && state.kind === 'open') {
      return (
        <PlainPage title="The workspace cannot be read" lead="Keyhold runs, but does not say how the vault stands.">
          <ProblemAlert error={vault.error} onRetry={() => window.location.reload()} />
        </PlainPage>
      )
    }
    return state.kind === 'lost' ? <NoAnswer /> : <Connecting />
  }
  const isReady = vault.status.state === 'ready'
  return (
    <>
      <ConnectionBar state={state} />
      {vault.status.state === 'uninitialised' || settingUp ? (
        <FirstRun status={vault.status} onStart={() => setSettingUp(true)} onDone={() => setSettingUp(false)} />
      ) : isReady ? (
        <Shell />
      ) : (
        <Unlock status={vault.status} receivedAt={vault.receivedAt} />
      )}
    </>
  )
}

function Connecting() {
  const isLate = useDelayed(150)
  if (!isLate) return null
  return (
    <PlainPage title="Opening Keyhold">
      <Group gap="xs">
        <Loader size="sm" aria-hidden />
        <Text size="sm">Connecting to the workspace…</Text>
      </Group>
    </PlainPage>
  )
}

function NoAnswer() {
  return (
    <PlainPage title="Keyhold does not answer" lead="This page cannot reach the program that holds your data.">
      <List size="sm">
        <List.Item>If it is starting, wait a moment: this page tries again by itself.</List.Item>
        <List.Item>If it was ended, start it again and open the address it prints.</List.Item>
      </List>
      <Group>
        <Button variant="default" onClick={() => void connection.connect()}>
          Try now
        </Button>
      </Group>
    </PlainPage>
  )
}

function NoSession({ reason }: { readonly reason: 'missing' | 'refused' }) {
  return (
    <PlainPage
      title="This page is not connected to your workspace"
      lead={
        reason === 'refused'
          ? 'The address was used already, or belongs to an earlier start of Keyhold.'
          : 'Only a browser that opened the address from the terminal may see the workspace.'
      }
    >
      <Text size="sm">
        Keyhold printed an address when it started. It looks like <Code>http://127.0.0.1:PORT/#token=…</Code> and is
        good once, for this browser.
      </Text>
      <List size="sm" type="ordered">
        <List.Item>Go to the terminal in which Keyhold runs.</List.Item>
        <List.Item>Open the whole address from there in this browser.</List.Item>
        <List.Item>If it was used already in another browser, end Keyhold with Ctrl-C and start it again.</List.Item>
      </List>
      <Group>
        <Button variant="default" onClick={() => void connection.connect()}>
          Try again
        </Button>
      </Group>
    </PlainPage>
  )
}
