import { Component, type ReactNode } from 'react'
import { ProblemAlert } from '../ui/problem-alert.tsx'
import { PlainPage } from './plain-page.tsx'

interface State {
  readonly error: unknown
}

/** Shows a defect of a page instead of a blank window. Nothing in the workspace is affected by it. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null }

  static getDerivedStateFromError(error: unknown): State {
    return { error }
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children
    return (
      <PlainPage title="This page could not be shown" lead="Your data is not affected.">
        <ProblemAlert error={this.state.error} onRetry={() => window.location.reload()} />
      </PlainPage>
    )
  }
}
