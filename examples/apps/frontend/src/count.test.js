import assert from 'node:assert/strict'
import { test } from 'node:test'

import { countOf } from './count.js'

test('a count is told in words while there is a word for it', () => {
  assert.deepEqual([0, 1, 2, 3].map(countOf), ['never', 'once', 'twice', '3 times'])
})
