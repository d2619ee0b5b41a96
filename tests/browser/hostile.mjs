// What residents could write to break a page: none of it may ever be more than words.

export const MARKUP = '<img src=x onerror="document.title=\'owned\'"><script>document.title = \'owned\'</script>' +
  '</p></li><b>&lt;bold&gt;</b> <style>*{display:none}</style> {{link}} ${link} javascript:alert(1)'
export const BIDI = '\u202egnp.exe\u202c \u2067\u05d0\u05d1\u2069 \u200f\u061c! \u200bzero\u200dwidth \u202eleft open'
export const ZALGO = [...'the chain'].map(letter => letter + '\u0300\u0310\u0335\u0489\u031a\u0338\u0323'.repeat(8)).join('')
export const ENDLESS = 'W'.repeat(3900)
export const EMOJI = '👩‍👩‍👧‍👦👰🏽‍♀️🏴󠁧󠁢󠁥󠁮󠁧󠁿'.repeat(30)
export const HOSTILE = [MARKUP, BIDI, ZALGO, ENDLESS, EMOJI]
