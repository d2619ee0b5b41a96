// What a day costs at X, by its mentions and by x.live: one that is scaled down is played against the
// sandbox, which bills as X's price page says; what doesn't depend on the mentions is counted from the
// paces of reading (bot/responder.c) and of looking up (bot/checker.c). Prints Markdown; asserts nothing.
//
//   KERBSIDE=… KERBSIDE_SQL=… node tests/bench/costs.mjs
import { readFileSync } from 'node:fs'
import { moveClock } from '../integration/support/kerbside.mjs'
import { until } from '../integration/support/wait.mjs'
import { LIVE, openWorld } from './worlds.mjs'

const BATCHES = 6
const FIRST = 14 // in a batch; two more write again below our answer
const AGAIN = 2
const MENTIONS = BATCHES * (FIRST + AGAIN)
const DAY_S = 86400
const BEGINS = Date.parse('2027-03-02T09:00:00Z')

const texts = readFileSync('tests/corpus/dev.jsonl', 'utf8').trim().split('\n')
  .map(line => JSON.parse(line).text)

const recorded = (w, n, what = 'message') => until(`${n} in ${what}`, async () =>
  Number((await w.kerbside.sql(`SELECT count(*) FROM ${what}`))[0][0]) >= n, { ms: 30000 })
const settled = w => until('nothing waits', async () => (await w.kerbside.sql(
  "SELECT count(*) FROM reply WHERE state IN ('queued', 'sending', 'unknown')"))[0][0] === '0', { ms: 60000 })

async function playDay (live) {
  const w = await openWorld(live, { poll_every_ms: 200 }, { searchLag: 0 })
  let at = 0
  let taken = 0
  await moveClock(w, new Date(BEGINS).toISOString())
  await w.x.control('DELETE', 'bill')
  await w.x.control('DELETE', 'requests')
  for (let batch = 0; batch < BATCHES; batch++) {
    const asked = []
    for (let n = 0; n < FIRST; n++, at++) {
      const text = texts[(at * 7) % texts.length]
      const named = text.includes('@NorthmoorHelp') ? text : `@NorthmoorHelp ${text}`
      asked.push(await w.x.says(`resident_${at}`, named))
    }
    await recorded(w, taken += FIRST)
    await settled(w)
    const ours = (await w.x.ours()).filter(post => asked.includes(post.in_reply_to)).slice(0, AGAIN)
    for (const [n, { id, in_reply_to: parent }] of ours.entries()) {
      await w.x.says(`resident_${at - FIRST + asked.indexOf(parent)}`, `@NorthmoorHelp thanks, and what about number ${n + 3}?`,
        { in_reply_to: id })
    }
    taken += ours.length
    await w.x.says('passer_by', 'same here', { in_reply_to: asked[0] })
    await recorded(w, ++taken)
    await w.x.control('POST', 'messages', { handle: `quiet_${batch}`, text: texts[batch] })
    await recorded(w, ++taken)
    await w.x.says('NorthmoorHelp', 'The offices are closed on Monday.')
    await settled(w)
    await w.x.sweeps(25) // every feed has been read since
    await moveClock(w, new Date(BEGINS + (batch + 1) * 900000).toISOString())
  }
  const bill = (await w.x.control('GET', 'bill')).json
  const sent = (await w.x.requests()).filter(({ method }) => method === 'POST').length
  await w.kerbside.stop()
  await w.kerbside.sql('UPDATE message SET checked_at=0')
  await w.x.control('POST', 'clock', { at: new Date(BEGINS + DAY_S * 1000).toISOString() })
  await w.x.control('DELETE', 'bill')
  await w.x.control('DELETE', 'requests')
  await w.kerbside.start()
  await until('a look-up', async () => (await w.x.requestsTo('GET', '/2/tweets')).some(({ status }) => status === 200))
  const looked = (await w.x.requestsTo('GET', '/2/tweets')).length
  const [[kept]] = await w.kerbside.sql("SELECT count(*) FROM message WHERE kind<>'private' AND gone_at IS NULL")
  await w.close()
  return { bill, sent, looked, kept: Number(kept) }
}

// Reads a day that bring nothing: mentions each time, our own posts every second, direct messages every
// fifth, threads every twentieth time, a dozen conversations a query, a hundred at most.
function polls (everyMs, mentions) {
  const times = DAY_S * 1000 / everyMs
  const conversations = Math.min(100, mentions * 2 * 0.7)
  return times * (1 + 1 / 2 + 1 / 5 + Math.ceil(conversations / 12) / 20)
}

const money = usd => usd < 10 ? usd.toFixed(2) : usd.toFixed(0)
const days = {}
for (const live of process.argv[2] ? [process.argv[2]] : LIVE) {
  days[live] = await playDay(live)
  const { bill, sent, looked, kept } = days[live]
  console.log(`x.live ${live}: ${MENTIONS} mentions, ${sent} sent, ${money(bill.usd)} USD; ${kept} kept, ${looked} look-ups`)
  for (const [kind, { count, usd }] of Object.entries(bill.items)) console.log(`  ${kind.padEnd(24)} ${String(count).padStart(5)} ${usd.toFixed(3)} USD`)
}
console.log('\n| `x.live` | read every | mentions a day | requests a day | USD a day, traffic | + look-ups, kept 7 days | + look-ups, kept 30 days |')
console.log('| --- | --- | ---: | ---: | ---: | ---: | ---: |')
for (const [live, { bill, sent, kept }] of Object.entries(days)) {
  for (const everyS of live === 'off' ? [15, 60] : [15]) {
    for (const mentions of [50, 500, 5000]) {
      const scale = mentions / MENTIONS
      const lookedAt = scale * kept
      const requests = polls(everyS * 1000, mentions) + sent * scale + Math.max(24, lookedAt * 30 / 100)
      const traffic = bill.usd * scale
      const lookUps = keepDays => lookedAt * keepDays * 0.005
      console.log(`| \`${live}\` | ${everyS} s | ${mentions} | ${Math.round(requests / 10) * 10} | ${money(traffic)} | ` +
        `${money(traffic + lookUps(7))} | ${money(traffic + lookUps(30))} |`)
    }
  }
}
