// Writes which top-level domains and which emoji twitter-text knows, found by asking it, for those who count without it:
// bot/x/text_tables.c and tests/sandbox/tables.mjs.
//   node tests/peers/tables.mjs
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const twitter = require('twitter-text')
const { parse } = require('twemoji-parser')

const hex = n => '0x' + n.toString(16)
const text = (...points) => String.fromCodePoint(...points)
const is = string => {
  const found = parse(string)
  return found.length === 1 && found[0].text === string
}

// The names to ask about are the words of the library's own expressions; whether it takes one, and
// in which order it tries two that begin alike, only its answers say.
export function topLevelDomains () {
  const candidates = new Set(['validGTLD', 'validCCTLD'].flatMap(name => {
    const file = require.resolve(`twitter-text/dist/regexp/${name}.js`)
    return readFileSync(file, 'utf8').replace(/'\s*\+\s*'/g, '').toLowerCase().match(/[\p{L}\p{M}]+/gu)
  }))
  const takes = name => twitter.extractUrls(`http://a.${name}`)[0] === `http://a.${name}`
  const names = [...candidates].filter(name => name.length > 1 && takes(name))
  for (const long of names) {
    for (const short of names) {
      if (long === short || !long.startsWith(short)) continue
      if (!takes(long)) throw new Error(`${short} is taken before ${long}: the longest isn't first`)
    }
  }
  return names.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

const MARK = 0xfe0f
const JOINER = 0x200d
const TONE = 0x1f3fb
const MAN = 0x1f468
const WOMAN = 0x1f469

// What a code point can be part of. By itself it weighs what an emoji does, whether it is one or not.
function kindsOf (point) {
  const kinds = []
  const gender = [JOINER, 0x2640, MARK]
  if (is(text(point, MARK))) kinds.push('MARK')
  if (is(text(point, TONE))) kinds.push('TONE')
  if ([[], [MARK], [TONE]].some(between => is(text(point, ...between, ...gender)))) kinds.push('GENDER')
  for (const [kind, ...mark] of [['ROLE'], ['ROLE_MARKED', MARK]]) {
    if ([[], [TONE]].every(between => is(text(MAN, ...between, JOINER, point, ...mark)))) kinds.push(kind)
  }
  return kinds.join(' ')
}

function emojiRanges () {
  const ranges = []
  for (let point = 0x80; point <= 0x1ffff; point++) {
    if (point >= 0xd800 && point <= 0xdfff) continue
    const kinds = kindsOf(point)
    const last = ranges.at(-1)
    if (kinds && last?.kinds === kinds && last.to === point - 1) last.to = point
    else if (kinds) ranges.push({ from: point, to: point, kinds })
  }
  return ranges
}

// Joined sequences that don't follow from the kinds: one behind the other, up to four.
function sequences () {
  const points = Array.from({ length: 0x20000 - 0x80 }, (_, i) => 0x80 + i)
    .filter(point => (point < 0xd800 || point > 0xdfff) && (is(text(point)) || is(text(point, MARK))))
  const follows = (first, second) => second === 0x2640 || second === 0x2642 ||
    ([MAN, WOMAN].includes(first) && [[], [MARK]].some(mark => is(text(MAN, TONE, JOINER, second, ...mark))))
  const found = []
  for (const first of points) {
    for (const second of points) {
      if (follows(first, second)) continue
      for (const a of [[first], [first, MARK]]) {
        for (const b of [[second], [second, MARK]]) {
          if (is(text(...a, JOINER, ...b))) found.push([...a, JOINER, ...b])
        }
      }
    }
  }
  const people = [[MAN], [WOMAN], [0x1f466], [0x1f467], [0x2764, MARK], [0x1f48b]]
  const grow = (sequence, depth) => {
    for (const person of people) {
      const longer = [...sequence, JOINER, ...person]
      if (depth > 2 && is(text(...longer))) found.push(longer)
      if (depth < 4) grow(longer, depth + 1)
    }
  }
  for (const person of people) grow(person, 2)
  for (const nation of ['gbeng', 'gbsct', 'gbwls', 'gbnir', 'usca', 'ustx']) {
    const flag = [0x1f3f4, ...[...nation].map(letter => 0xe0000 + letter.codePointAt(0)), 0xe007f]
    if (is(text(...flag))) found.push(flag)
  }
  return found.map(sequence => text(...sequence)).sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
}

function flags () {
  const letters = Array.from({ length: 26 }, (_, i) => 0x1f1e6 + i)
  return letters.map(a => letters.reduce((mask, b, i) => is(text(a, b)) ? mask + 2 ** i : mask, 0))
}

// Items in lines of 100 columns.
function lines (items, indent) {
  const out = []
  let line = indent
  for (const item of items) {
    if ((line + item).length > 92) {
      out.push(line.trimEnd())
      line = indent
    }
    line += item + ' '
  }
  return [...out, line.trimEnd()].join('\n')
}

const NAMES = `IANA's root zone of March 2020 and .onion`

function inC ({ tops, ranges, joined, pairs }) {
  const kinds = names => names.split(' ').map(name => `EMOJI_${name}`).join(' | ')
  const units = string => string.split('').map(unit => hex(unit.charCodeAt(0))).join(', ')
  return `/*
 * Written by tests/peers/tables.mjs, not by hand: what npm's twitter-text 3.1.0 takes for a
 * top-level domain and, with twemoji-parser 11.0.2, for an emoji, found by asking. The names are
 * those of ${NAMES}, the emoji those of Unicode 11: facts, in our
 * own form.
 */
#include "bot/x/text_private.h"

/* clang-format off */
const char *const x_tops[] = {
${lines(tops.map(name => `"${name}",`), '    ')}
};
const size_t x_top_count = ARRAY_LEN(x_tops);

const struct emoji_range x_emoji[] = {
${lines(ranges.map(range => `{ ${hex(range.from)}, ${hex(range.to)}, ${kinds(range.kinds)} },`), '    ')}
};
const size_t x_emoji_count = ARRAY_LEN(x_emoji);

const struct emoji_sequence x_emoji_joined[] = {
${joined.map(sequence => `    { ${sequence.length}, { ${units(sequence)} } },`).join('\n')}
};
const size_t x_emoji_joined_count = ARRAY_LEN(x_emoji_joined);

const uint32_t x_emoji_flags[26] = {
${lines(pairs.map(mask => `${hex(mask)},`), '    ')}
};
`
}

function inJavaScript ({ tops, ranges, joined, pairs }) {
  const escape = string => string.replace(/[^ -~]/gu, c => `\\u{${c.codePointAt(0).toString(16)}}`)
  const set = kind => ranges.filter(range => range.kinds.split(' ').includes(kind))
    .map(({ from, to }) => text(from) + (to > from ? '-' + text(to) : '')).join('')
  const all = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
  const flags = pairs.flatMap((mask, first) => all.filter((_, i) => mask / 2 ** i & 1).map(second => all[first] + second))
  const kinds = ['MARK', 'TONE', 'GENDER', 'ROLE', 'ROLE_MARKED']
  const quoted = (parts, indent) => lines(parts, '').split('\n').map(line => `${indent}'${line} ' +`).join('\n').replace(/ ' \+$/, "'")
  const characters = string => quoted(escape(string).match(/[^\\]|\\u\{.*?\}-?/g), '    ').replace(/(?<=\}|-) /g, '')
  return `// Written by tests/peers/tables.mjs, not by hand: what npm's twitter-text 3.1.0 takes for a top-level domain and, with
// twemoji-parser 11.0.2, for an emoji, found by asking. The names are those of ${NAMES}, the
// emoji those of Unicode 11: facts, in our own form.

export const TOPS = (
${quoted(tops, '  ')}
).split(' ')

// For a class of a regular expression with the flag u.
export const EMOJI = {
${kinds.map(kind => `  ${kind}:\n${characters(set(kind))}`).join(',\n')}
}

export const JOINED = [
${joined.map(sequence => `  '${escape(sequence)}'`).join(',\n')}
]

export const FLAGS = (
${quoted(flags, '  ')}
).split(' ')
`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const tables = { tops: topLevelDomains(), ranges: emojiRanges(), joined: sequences(), pairs: flags() }
  writeFileSync(new URL('../../bot/x/text_tables.c', import.meta.url), inC(tables))
  writeFileSync(new URL('../sandbox/tables.mjs', import.meta.url), inJavaScript(tables))
}
