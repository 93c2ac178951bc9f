import { useMantineColorScheme } from '@mantine/core'
import { useEffect } from 'react'
import type { Preferences } from '../../shared/contract/settings.ts'
import { client, orpc, queryClient } from './api.ts'
import { usePreferences } from './system-info.ts'

/** Makes the window follow the colour scheme of the preferences, from whichever page or window it was set. */
export function useColorSchemePreference(): void {
  const chosen = usePreferences().data?.colorScheme
  const { setColorScheme } = useMantineColorScheme()
  useEffect(() => {
    if (chosen !== undefined) setColorScheme(chosen)
  }, [chosen, setColorScheme])
}

/** Stores the choice; every window follows. Throws contract errors. */
export async function chooseColorScheme(colorScheme: Preferences['colorScheme']): Promise<void> {
  const preferences = await client.settings.setPreferences({ colorScheme })
  queryClient.setQueryData(orpc.settings.preferences.queryKey(), preferences)
}
