import { quotaParts } from '../../src/failure/quota.ts'

const exceeded = (requested: string, used: string, limited: string) =>
  `pods "a" is forbidden: exceeded quota: team-q, requested: ${requested}, used: ${used}, limited: ${limited}`

describe('what is said of a quota', () => {
  test('is taken apart', () => {
    expect(
      quotaParts(exceeded('limits.cpu=1,pods=1', 'limits.cpu=3500m,pods=9', 'limits.cpu=4,pods=10')),
    ).toEqual({
      name: 'team-q',
      requested: 'limits.cpu=1,pods=1',
      used: 'limits.cpu=3500m,pods=9',
      limited: 'limits.cpu=4,pods=10',
      neverFits: false,
    })
  })

  test.each<[string, string, string, boolean]>([
    ['more than there can be', 'limits.memory=2Gi', 'limits.memory=1536Mi', true],
    ['one of several more', 'pods=1,limits.memory=2Gi', 'pods=5,limits.memory=1G', true],
    ['just as much', 'limits.memory=2Gi', 'limits.memory=2048Mi', false],
    ['less', 'requests.cpu=500m', 'requests.cpu=1', false],
  ])('says that a request never fits if it is %s', (_, requested, limited, neverFits) => {
    expect(quotaParts(exceeded(requested, 'x=0', limited)).neverFits).toBe(neverFits)
  })

  test('about what is not named has a name only', () => {
    expect(
      quotaParts('pods "a" is forbidden: failed quota: team-q: must specify limits.cpu for: kaniko'),
    ).toEqual({
      name: 'team-q',
      requested: undefined,
      used: undefined,
      limited: undefined,
      neverFits: false,
    })
  })
})
