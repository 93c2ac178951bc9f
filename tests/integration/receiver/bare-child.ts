/** Run as its own process: a node:http server that reads a request and stores nothing. Prints its port. */
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  request.on('data', () => {})
  request.on('end', () => {
    response.writeHead(200, { 'Content-Type': 'text/plain' })
    response.end('ok')
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object' && address !== null)
    process.stdout.write(`${JSON.stringify({ port: address.port })}\n`)
})
