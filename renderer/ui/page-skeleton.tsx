import { Skeleton } from '@mantine/core'
import { Page } from './page.tsx'
import { useDelayed } from './use-delayed.ts'

/** A page whose code is still on its way. */
export function PageSkeleton() {
  const isLate = useDelayed(150)
  if (!isLate) return null
  return (
    <Page>
      <div aria-busy="true" role="status" aria-label="Loading the page">
        <Skeleton height={26} width={180} mb={8} />
        <Skeleton height={16} width={320} maw="100%" mb={24} />
        <Skeleton height={320} />
      </div>
    </Page>
  )
}
