import { z } from 'zod'
import { problemSchema } from '../problems.ts'
import { byIdSchema, idSchema, instantSchema, procedure } from './base.ts'

export const tunnelKindSchema = z.enum(['cloudflared', 'ngrok', 'tailscale', 'devtunnel', 'typed'])

export const tunnelSchema = z.object({
  id: idSchema,
  kind: tunnelKindSchema,
  /** "https://x.trycloudflare.com", without a slash at the end; null while it starts. */
  url: z.string().nullable(),
  /** `proved`: a request through it came back to this receiver. A new address of the program is `found` again. */
  state: z.enum(['starting', 'found', 'proving', 'proved', 'failed', 'stopped']),
  /** Of the last proof, there and back, ms. */
  roundTripMs: z.number().nullable(),
  provedAt: instantSchema.nullable(),
  problem: problemSchema.nullable(),
  /** Keyhold started the program and stops it when it ends. */
  startedHere: z.boolean(),
  /** Its address is the public URL that is recorded with captured requests. */
  inUse: z.boolean(),
})

export const tunnelProgramSchema = z.object({
  kind: tunnelKindSchema,
  name: z.string(),
  /** The program can be started on this machine. */
  installed: z.boolean(),
  /** Keyhold can start it; others are found when they run. */
  canStart: z.boolean(),
  /** How to get it, or what to type when it cannot be started from here. */
  hint: z.string(),
})

export const tunnelsSchema = z.object({
  tunnels: z.array(tunnelSchema),
  programs: z.array(tunnelProgramSchema),
  /** Addresses that were in force, newest first, at most 100. */
  history: z.array(
    z.object({ url: z.string(), kind: tunnelKindSchema, from: instantSchema, to: instantSchema.nullable() }),
  ),
})

/** Ways from the internet to the receiver. */
export const tunnels = {
  list: procedure.route({ method: 'GET', path: '/tunnels' }).output(tunnelsSchema),
  /** Looks for running tunnel programs now. Keyhold also looks by itself while the page is open. */
  discover: procedure.route({ method: 'POST', path: '/tunnels/discovery' }).output(tunnelsSchema),
  start: procedure
    .route({ method: 'POST', path: '/tunnels/start' })
    .input(z.object({ kind: z.enum(['cloudflared', 'ngrok']) }))
    .output(tunnelsSchema),
  stop: procedure.route({ method: 'POST', path: '/tunnels/{id}/stop' }).input(byIdSchema).output(tunnelsSchema),
  /** An address of a tunnel that Keyhold cannot find by itself. */
  add: procedure
    .route({ method: 'POST', path: '/tunnels' })
    .input(
      z.object({
        url: z
          .url({
            protocol: /^https?$/,
            error: 'This is not an http or https address. Write it in full, such as https://hooks.example.com.',
          })
          .max(500),
      }),
    )
    .output(tunnelsSchema),
  remove: procedure.route({ method: 'DELETE', path: '/tunnels/{id}' }).input(byIdSchema).output(tunnelsSchema),
  /** Sends a nonce through it and waits for it at the receiver. */
  prove: procedure.route({ method: 'POST', path: '/tunnels/{id}/proof' }).input(byIdSchema).output(tunnelsSchema),
  /** Null: none. */
  use: procedure
    .route({ method: 'POST', path: '/tunnels/use' })
    .input(z.object({ id: idSchema.nullable() }))
    .output(tunnelsSchema),
}

export type Tunnel = z.infer<typeof tunnelSchema>
export type TunnelKind = z.infer<typeof tunnelKindSchema>
export type TunnelProgram = z.infer<typeof tunnelProgramSchema>
export type TunnelsView = z.infer<typeof tunnelsSchema>
