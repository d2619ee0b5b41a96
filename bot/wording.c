#include "bot/wording.h"

static const struct kb_list *variants_of(const struct kb *kb, const struct policy_decision *d)
{
    switch (d->say) {
    case SAY_NOTHING:
        return NULL;
    case SAY_ANSWER:
        return &d->intent->replies;
    case SAY_HOLDING:
        return &d->rule->holding;
    case SAY_ACKNOWLEDGE:
        return &kb->wording.acknowledge;
    case SAY_THANKS:
        return &kb->wording.thanks;
    }
    return NULL;
}

/* The loader let only known placeholders in. */
static int fill_in(struct str variant, const struct policy_decision *d,
                   const struct wording_context *c, bool named, struct buf *out)
{
    buf_clear(out);
    if (named)
        (void)buf_addf(out, "@%.*s ", STR_ARG(c->handle));
    while (variant.len) {
        struct str rest = variant;
        if (str_starts(rest, STR("{link}")) && d->intent) {
            (void)buf_add(out, d->intent->link);
            variant = str_cut(rest, 6, rest.len);
        } else if (str_starts(rest, STR("{when}"))) {
            (void)hours_when(c->hours, c->now, out);
            variant = str_cut(rest, 6, rest.len);
        } else {
            (void)buf_add_byte(out, rest.p[0]);
            variant = str_cut(rest, 1, rest.len);
        }
    }
    return out->err;
}

int wording_write(const struct kb *kb, const struct policy_decision *d,
                  const struct wording_context *c, struct buf *out)
{
    const struct kb_list *variants = variants_of(kb, d);
    if (!variants || variants->count == 0)
        return 0;
    struct buf text = BUF_INIT(65536);
    size_t tries = variants->count * (c->handle.len ? 2 : 1);
    int r = 0;
    for (size_t i = 0; i < tries; i++) {
        size_t pick = (size_t)((c->seed + i) % variants->count);
        r = fill_in(variants->items[pick], d, c, i >= variants->count, &text);
        if (r == 0 && c->taken)
            r = c->taken(c->taken_data, buf_str(&text));
        if (r <= 0)
            break;
    }
    if (r >= 0) /* all taken: the last is still better than silence */
        r = buf_add(out, buf_str(&text));
    buf_release(&text);
    return r;
}
