import { drawIdentity } from '../../src/plan/build-identity.ts'

/** A generator that repeats these bytes. */
function repeating(...bytes: readonly number[]): (count: number) => Uint8Array {
  let next = 0
  return (count) => Uint8Array.from({ length: count }, () => bytes[next++ % bytes.length] ?? 0)
}

test('an identity is five characters and a token of 128 bits', () => {
  const identity = drawIdentity((count) => crypto.getRandomValues(new Uint8Array(count)))
  expect(identity.random).toMatch(/^[a-z0-9]{5}$/)
  expect(identity.ownerToken).toMatch(/^[0-9a-f]{32}$/)
})

test('two identities are different', () => {
  const random = (count: number) => crypto.getRandomValues(new Uint8Array(count))
  expect(drawIdentity(random)).not.toEqual(drawIdentity(random))
})

test('bytes that would favour some characters are drawn again', () => {
  // 252 = 7 * 36: 252 to 255 would be a, b, c, d once more often than the others.
  expect(drawIdentity(repeating(252, 253, 254, 255, 0, 35, 36, 251)).random).toBe('a9a9a')
})

test('every character comes from as many bytes', () => {
  const counts = new Map<string, number>()
  for (let byte = 0; byte < 252; byte++) {
    const [first = ''] = drawIdentity(repeating(byte)).random
    counts.set(first, (counts.get(first) ?? 0) + 1)
  }
  expect([...counts.values()]).toEqual(Array.from({ length: 36 }, () => 7))
})

test('small bytes of the token keep their leading zero', () => {
  expect(drawIdentity(repeating(1)).ownerToken).toBe('01'.repeat(16))
})
