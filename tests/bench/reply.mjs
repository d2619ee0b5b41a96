// From a resident's post to our reply under it, through real sockets, told of in each way: reading every
// 200 ms, and by the activity stream and the webhook with reading once an hour. Prints figures; asserts nothing.
//
//   KERBSIDE=… KERBSIDE_SQL=… node tests/bench/reply.mjs [posts]
import { openWorld } from './worlds.mjs'

const posts = Number(process.argv[2] ?? 15) // with more, it would stop: ARCHITECTURE.md, "What may leave"

for (const [live, everyMs] of [['off', 200], ['activity', 3600000], ['webhook', 3600000]]) {
  const w = await openWorld(live, { poll_every_ms: everyMs })
  const took = []
  for (let n = 0; n < posts; n++) {
    const from = performance.now()
    const id = await w.x.says(`resident_${n}`, '@NorthmoorHelp my green bin hasn\'t been emptied, Elm Close')
    while ((await w.x.repliesTo(id)).length === 0) {
      if (performance.now() - from > 10000) throw new Error(`no reply to ${id}`)
    }
    took.push(performance.now() - from)
  }
  took.sort((a, b) => a - b)
  console.log(`${live.padEnd(9)} post to reply over ${posts}: median ${Math.round(took[posts >> 1])} ms, worst ${Math.round(took.at(-1))} ms`)
  await w.close()
}
