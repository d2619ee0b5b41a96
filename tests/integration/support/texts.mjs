// Random texts that are hard to read: what twitter-text's rules speak of, thrown together. The same
// seed gives the same texts.

// Mulberry32: whole numbers below n.
export function randomFrom (seed) {
  let state = seed >>> 0
  return n => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor(((t ^ (t >>> 14)) >>> 0) / 2 ** 32 * n)
  }
}

// The capital of U+019B since Unicode 16: whether it is one depends on whose Unicode is asked.
export const UNSETTLED = [0xa7dc]

const MARKS = ['\ufe0f', '\ufe0e', '\u200d', '\u20e3', '\u{1f3fb}', '\u{1f3ff}', '\u2640\ufe0f', '\u2642',
  '\u200d\u2640\ufe0f', '\u{e0067}', '\u{e007f}', '\u{1f1ec}', '\u{1f1e7}', '\u{1f1ff}']
const EMOJI = ['😀', '👍🏽', '👨‍👩‍👧‍👦', '👩‍❤️‍💋‍👨', '🇬🇧', '🇽🇽', '1️⃣', '#⃣', '*️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '🏳️‍🌈', '🏴‍☠️', '👁‍🗨', '🧑‍🤝‍🧑', '🐻‍❄️',
  '❤️‍🔥', '🏳️‍⚧️', '🫱🏽‍🫲🏿', '👩🏾‍⚕️', '👨‍🦰', '🕵️‍♀️', '⛹🏻‍♂️', '©️', '®', '™️', '☺︎', '♟️', '🤼‍♂️', '💏', '🥲', '\ue50a']
const SIGNS = '.,:;!?\'"()[]{}<>/\\|@＠#＃$%^&*-_=+~` \t\n…–—’“”€£½©®™·•'
const LETTERS = ['a', 'Z', 'é', 'ß', 'ø', 'ǆ', 'ÿ', '÷', '×', 'ɐ', 'ɠ', 'ſ', 'ı', 'K', 'Å', 'ι', 'Ι', 'ͅ', 'ͻ', 'λ', 'Σ', 'ς',
  'ж', 'Ԁ', 'ᲀ', 'ა', 'Ა', '中', '国', '한', '국', 'ᄒ', 'ᅡ', 'ᆫ', 'み', 'ん', 'な', 'ー', '。', '．', '｡', 'ا', 'ل', 'ไ', 'त', '़', 'क़',
  '𝐀', '𠀀', 'Ȿ', 'ɀ', 'ᾳ', '\u0301', '\u0323', '\u0338', 'e\u0301', '\u212b', '\uf900', '\u{1d15e}', '\ufb2c', '\u0344']
const TURNS = ['\u202a', '\u202e', '\u200e', '\u200f', '\u061c', '\u2066', '\u2069', '\u2028', '\u00a0', '\u3000',
  '\u180e', '\u0085', '\u200b', '\u00ad', '\ufeff', '\ufffe', '\uffff', '\u0001', '\u007f']
const TOPS = ['com', 'COM', 'co', 'uk', 'gov.uk', 'org', 'net', 'io', 'museum', 'de', 'jp', 'onion', 'london', 'xn--p1ai', 'xn--',
  'xn--a-', 'рф', 'РФ', '中国', '公司', '嘉里', '嘉里大酒店', '닷컴', 'みんな', 'ελ', 'ΕΛ', 'გე', 'ᲒᲔ', 'قطر', 'भारत', 'भारतम्',
  'vermögensberater', 'VERMÖGENSBERATUNG', 'local', 'zzz', 'c', 'comx', 'txt', 'ios', 'コム', 'क़']
const PROTOCOLS = ['http://', 'https://', 'HTTP://', 'hTtpS://', 'ftp://', 'http:/', 'http:', '://', 'httpſ://', '//', 'www.', '']

export function textMaker (seed, moreTops) {
  const below = randomFrom(seed)
  const one = list => list[below(list.length)]
  const some = (make, most) => Array.from({ length: below(most + 1) }, make).join('')
  const sign = () => SIGNS[below(SIGNS.length)]
  const plain = () => 'abcxyzABCT0189rtRT_-'[below(20)]
  const top = () => below(2) ? one(TOPS) : one(moreTops)
  const anyPoint = () => {
    const point = below(4) ? 0x20 + below(0x3000) : below(8) ? 0x80 + below(0xff80) : 0x10000 + below(0x100000)
    return (point >= 0xd800 && point <= 0xdfff) || UNSETTLED.includes(point) ? '' : String.fromCodePoint(point)
  }
  const unit = () => one([plain, plain, plain, () => one(LETTERS), sign, anyPoint])()
  const label = () => {
    if (below(60) === 0) return one(['a', 'é', '中', '😀', '日本', 'a。']).repeat(10 + below(56))
    if (below(20) === 0) return 'xn--' + some(plain, 5)
    return plain() + some(() => below(6) ? plain() : one(LETTERS), 5)
  }
  const domain = () => some(() => label() + '.', 3) + top()
  const inBrackets = () => '(' + some(() => below(7) ? plain() : one(['(a)', '(', ')', '/', '.']), 4) + one([')', ')', ''])
  const path = () => '/' + some(() => one([plain, plain, unit, inBrackets, sign])(), 6)
  const query = () => '?' + some(() => one([plain, plain, sign])(), 5)
  const link = () => one(PROTOCOLS) + domain() + one(['', '', '', ':80', ':', ':8a']) +
    (below(3) ? path() : '') + (below(3) ? '' : query())
  const parted = () => domain() + one([...EMOJI, ...LETTERS]) + '.' + one(['рф', 'みんな']) + path()
  const short = () => one(['http://', 'https://', '']) + one(['t.co/', 'T.CO/', 't.co']) +
    one([() => 'a'.repeat(38 + below(4)), () => some(plain, 10)])() + one(['', '?x=1', '-', '/a'])
  const mention = () => one(['', 'RT', 'rt:', 'xRT', ' RT', '+RT', '.RT: ']) + one(['@', '@', '＠']) +
    one([() => some(plain, 6), () => 'abcde'.repeat(4) + some(plain, 2)])() +
    one(['', '', '', '@', 'é', '://', '/list', '/a-b', '/1', '/' + 'l'.repeat(26)])
  const mail = () => some(plain, 4) + '@' + domain()
  const pieces = [unit, unit, unit, sign, sign, link, link, link, parted, domain, domain, short, mention, mention, mail,
    () => one(EMOJI), () => one(EMOJI), () => one(MARKS), () => one(LETTERS), () => one(TURNS), () => ' ', () => ' ', top,
    () => some(plain, 8)]
  return () => {
    let text = ''
    for (let n = 1 + below(below(4) ? 8 : 40); n > 0; n--) text += one(pieces)()
    return text
  }
}

// The shortest text that still fails, by leaving out parts.
export function shrink (text, fails) {
  let points = [...text]
  for (let size = Math.ceil(points.length / 2); size > 0; size = Math.floor(size / 2)) {
    for (let at = 0; at < points.length;) {
      const shorter = [...points.slice(0, at), ...points.slice(at + size)]
      if (fails(shorter.join(''))) points = shorter
      else at += size
    }
  }
  return points.join('')
}
