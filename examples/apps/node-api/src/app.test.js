import assert from 'node:assert/strict'
import { test } from 'node:test'

import { app } from './app.js'

test('it says who it is', async () => {
  const response = await app.request('/')
  assert.equal(response.status, 200)
  assert.deepEqual(await response.json(), { service: 'node-api' })
})
