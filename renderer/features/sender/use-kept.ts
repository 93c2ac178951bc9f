import { useCallback, useState } from 'react'
import { queryClient } from '../../app/api.ts'

/**
 * State that outlives the page, until the vault is locked: it stands beside what was read from the workspace, which is
 * dropped then. Never put a secret in it. `initial` has to be the same value every time.
 */
export function useKept<T>(name: string, initial: T): readonly [T, (change: (before: T) => T) => void] {
  const [value, setValue] = useState<T>(() => read(name, initial))
  const update = useCallback(
    (change: (before: T) => T) => {
      const next = change(read(name, initial))
      queryClient.setQueryDefaults(keyOf(name), { gcTime: Number.POSITIVE_INFINITY })
      queryClient.setQueryData(keyOf(name), next)
      setValue(next)
    },
    [name, initial],
  )
  return [value, update]
}

function read<T>(name: string, initial: T): T {
  return queryClient.getQueryData<T>(keyOf(name)) ?? initial
}

function keyOf(name: string): readonly string[] {
  return ['kept', name]
}
