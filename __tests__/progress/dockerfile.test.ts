import { parseDockerfile } from '../../src/progress/dockerfile.ts'

/** `4-6 RUN a`: the lines of every instruction, and its text. */
function instructionsOf(text: string): readonly string[] {
  const { before, stages } = parseDockerfile('Dockerfile', text)
  return [...before, ...stages.flatMap(({ instructions }) => instructions)].map(
    ({ text: line, place: { firstLine, lastLine } }) => `${firstLine}-${lastLine} ${line}`,
  )
}

describe('an instruction', () => {
  test.each<[string, string, readonly string[]]>([
    ['stands on one line', 'FROM a\nRUN b', ['1-1 FROM a', '2-2 RUN b']],
    ['is written in capitals', 'from a\n  run  b\t c \n', ['1-1 FROM a', '2-2 RUN b c']],
    ['may stand behind a byte order mark', '\uFEFFFROM a\n', ['1-1 FROM a']],
    ['may end with carriage returns', 'FROM a\r\nRUN b && \\\r\n  c\r\n', ['1-1 FROM a', '2-3 RUN b && c']],
    ['goes on after a backslash', 'RUN a && \\\n  b', ['1-2 RUN a && b']],
    ['goes on after a backslash and blanks', 'RUN a \\ \t\n  b', ['1-2 RUN a b']],
    ['is joined without a blank', 'RUN "a\\\nb"', ['1-2 RUN "ab"']],
    ['does not go on after two backslashes', 'RUN a \\\\\nRUN b', ['1-1 RUN a \\\\', '2-2 RUN b']],
    [
      'goes on after comments and empty lines',
      'RUN a \\\n # b \\\n\n c\nRUN d',
      ['1-4 RUN a c', '5-5 RUN d'],
    ],
    ['ends with the file', 'RUN a \\\n\n# b\n', ['1-1 RUN a']],
    [
      'goes on after what a directive names',
      '# escape=`\nRUN a `\n b\nRUN c:\\\nRUN d',
      ['2-3 RUN a b', '4-4 RUN c:\\', '5-5 RUN d'],
    ],
    ['knows the directive behind another', '# syntax=x\n#ESCAPE = `\nRUN a `\n b', ['3-4 RUN a b']],
    ['takes no comment for a directive', '# a\n# escape=`\nRUN a `\nRUN b', ['3-3 RUN a `', '4-4 RUN b']],
  ])('%s', (_, text, expected) => {
    expect(instructionsOf(text)).toEqual(expected)
  })
})

describe('a here-document', () => {
  test.each([
    'RUN <<EOF',
    'RUN cat <<EOF > /a && b',
    'run <<EOF',
    'COPY <<EOF /a',
    'ADD --chown=1:1 <<EOF /a',
    'ONBUILD RUN <<EOF',
    'RUN --mount=type=cache,target=/c <<EOF cat',
    'RUN a 3<<EOF',
    'RUN cat << EOF',
    'RUN ["a"] <<EOF',
    "RUN <<'EOF'",
    'RUN <<"EOF"',
    'RUN <<E\\OF',
    'RUN echo "a b" <<EOF',
  ])('after %s ends at its word', (line) => {
    expect(instructionsOf(`${line}\nRUN a\n EOF\nEOF\nFROM b`)).toEqual([
      `1-4 ${line.replace('run', 'RUN')}`,
      '5-5 FROM b',
    ])
  })

  test.each([
    'RUN echo "usage: cat <<EOF" > /help',
    "RUN echo 'cat <<EOF'",
    'RUN ["sh", "-c", "cat <<EOF"]',
    'RUN [ "sh", "-c", "cat", "<<EOF" ]',
    'RUN --network=none ["cat", "<<EOF"]',
    'RUN python -c "print(1<<EOF)"',
    'RUN echo $((1<<EOF))',
    'RUN echo a<< EOF',
    'RUN cat <<- EOF',
    'RUN cat <<< EOF',
    'RUN cat << "',
    'RUN cat <<<EOF',
    'RUN echo <<-',
    "RUN echo <<''",
    "RUN echo it's <<EOF",
    'CMD cat <<EOF',
    'LABEL a=b <<EOF',
    'ONBUILD CMD <<EOF',
  ])('does not begin after %s', (line) => {
    expect(instructionsOf(`${line}\nRUN a\nEOF\nFROM b`)).toEqual([
      `1-1 ${line}`,
      '2-2 RUN a',
      '3-3 EOF',
      '4-4 FROM b',
    ])
  })

  test.each<[string, string, readonly string[]]>([
    ['may end at several words', 'RUN <<"E F"\nE\nE F\nRUN a', ['1-3 RUN <<"E F"', '4-4 RUN a']],
    ['may be indented', 'RUN <<-EOF\n\ta\n\t\tEOF\nRUN b', ['1-3 RUN <<-EOF', '4-4 RUN b']],
    ['must not be, without the dash', 'RUN <<EOF\n\tEOF\nEOF\nRUN b', ['1-3 RUN <<EOF', '4-4 RUN b']],
    ['may follow another', 'COPY <<A <<B /\nB\nA\nRUN a\nB\nRUN b', ['1-5 COPY <<A <<B /', '6-6 RUN b']],
    [
      'begins after continued lines',
      'RUN <<EOF && \\\n a\nRUN b\nEOF\nRUN c',
      ['1-4 RUN <<EOF && a', '5-5 RUN c'],
    ],
    ['has lines that continue nothing', 'RUN <<EOF\n# a \\\nEOF\nRUN b', ['1-3 RUN <<EOF', '4-4 RUN b']],
    ['may have carriage returns', 'RUN <<EOF\r\na\r\nEOF\r\nRUN b', ['1-3 RUN <<EOF', '4-4 RUN b']],
    ['without an end goes on to the end of the file', 'RUN <<EOF\nRUN b\nRUN c', ['1-3 RUN <<EOF']],
  ])('%s', (_, text, expected) => {
    expect(instructionsOf(text)).toEqual(expected)
  })
})

test('stages have a name, a base and instructions, after the ARGs of all', () => {
  const text =
    'ARG V=1\nFROM --platform=linux/arm64 a:$V AS Build\nRUN echo "<<EOF"\nFROM b\nCOPY --from=build /x /\n'
  const { before, stages } = parseDockerfile('Dockerfile', text)
  expect(before.map((instruction) => instruction.text)).toEqual(['ARG V=1'])
  expect(stages.map(({ index, name, base }) => [index, name, base])).toEqual([
    [0, 'build', 'a:$V'],
    [1, 'stage-1', 'b'],
  ])
})

test('a long file without an end to anything is read in a moment', () => {
  const lines = 'RUN a \\\n# b\n'.repeat(50_000)
  const quotes = `RUN ${'"a\\'.repeat(100_000)}<<EOF`
  expect(instructionsOf(`${lines}\n${quotes}`)).toHaveLength(1)
})
