import { Hono } from 'hono'

export const app = new Hono()
  .get('/', (context) => context.json({ service: 'node-api' }))
  .get('/healthz', (context) => context.text('ok'))
