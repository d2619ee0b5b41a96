// The three who read a text: npm's twitter-text, which is right; bot/x, in C; the stand-in for X.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { findLinks, findMentions, weigh } from '../../sandbox/weigh.mjs'

const require = createRequire(new URL('../../peers/package.json', import.meta.url))
const twitter = require('twitter-text')

const tables = readFileSync(new URL('../../../bot/x/text_tables.c', import.meta.url), 'utf8')
export const tops = tables.match(/x_tops\[\] = \{([^}]*)\}/)[1].match(/(?<=")[^",\s]+(?=",)/g)

const places = found => found.map(({ indices }) => indices)

export function byLibrary (text) {
  const links = places(twitter.extractUrlsWithIndices(text))
  const outside = ([from, to]) => !links.some(link => from < link[1] && to > link[0])
  const read = configuration => {
    const { weightedLength, valid, permillage, validRangeEnd, displayRangeEnd } =
      twitter.parseTweet(text, configuration)
    return { weight: weightedLength, valid, permillage, validRangeEnd, displayRangeEnd }
  }
  return {
    whole: read(twitter.configs.version3),
    apart: read(twitter.configs.version2),
    links,
    mentions: places(twitter.extractMentionsWithIndices(text)).filter(outside)
  }
}

// What the library says besides follows from how many units fit.
function inTermsOfLibrary (text, { weight, valid, units, fits }) {
  return {
    weight,
    valid,
    permillage: Math.floor(weight / 280 * 1000),
    validRangeEnd: Math.max(fits - 1, 0) + text.length - units,
    displayRangeEnd: Math.max(text.length - 1, 0)
  }
}

// Many texts at once, for a process costs more than a text.
export function byKerbside (texts) {
  const r = spawnSync(process.env.KERBSIDE_READ_TEXT, {
    input: texts.map(text => JSON.stringify(text) + '\n').join(''), maxBuffer: 1 << 30
  })
  assert.equal(r.stderr.toString(), '')
  assert.equal(r.status, 0)
  const lines = r.stdout.toString().split('\n').slice(0, -1)
  assert.equal(lines.length, texts.length)
  return lines.map((line, i) => {
    const { whole, apart, links, mentions } = JSON.parse(line)
    return {
      whole: inTermsOfLibrary(texts[i], whole), apart: inTermsOfLibrary(texts[i], apart), links, mentions
    }
  })
}

export function bySandbox (text) {
  const from = found => found.map(({ start, end }) => [start, end])
  return { weight: weigh(text), links: from(findLinks(text)), mentions: from(findMentions(text)) }
}
