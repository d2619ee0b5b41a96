// Waiting for something to become true, with a deadline and a sentence for when it doesn't.

// Far more than anything takes, since it is only waited out where something is wrong: a busy machine is no fault.
const PATIENCE_MS = 60000
const LOOK_EVERY_MS = 15

export const pause = ms => new Promise(resolve => setTimeout(resolve, ms))

// Calls `look` until it gives something that counts as true, and gives that back. `what` names it in
// the failure; `seen`, if given, says what there is instead.
export async function until (what, look, { ms = PATIENCE_MS, seen } = {}) {
  const deadline = Date.now() + ms
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > deadline) {
      const instead = seen ? `; there is ${JSON.stringify(await seen())}` : ''
      throw new Error(`waited ${ms} ms in vain for: ${what}${instead}`)
    }
    await pause(LOOK_EVERY_MS)
  }
}

// A promise that must settle in time.
export function within (what, promise, ms = PATIENCE_MS) {
  let timer
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for: ${what}`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
