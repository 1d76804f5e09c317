import { durationWords } from '../../src/report/durations.ts'

test.each([
  [-5, '0 ms'],
  [40.4, '40 ms'],
  [99.4, '99 ms'],
  [100, '0.1 s'],
  [38_214, '38.2 s'],
  [59_949, '59.9 s'],
  [59_950, '1 min 0 s'],
  [90_000, '1 min 30 s'],
  [3_599_400, '59 min 59 s'],
  [3_599_600, '1 h 0 min'],
  [7_500_000, '2 h 5 min'],
])('%d ms are %s', (milliseconds, words) => {
  expect(durationWords(milliseconds)).toBe(words)
})
