#include "handoff/reference.h"

#include <inttypes.h>
#include <stdio.h>

void reference_write(int64_t case_id, char ret[REFERENCE_MAX])
{
    (void)snprintf(ret, REFERENCE_MAX, "%" PRId64, case_id);
}

bool reference_read(struct str text, struct str prefix, int64_t *ret)
{
    (void)prefix;
    return str_to_int64(text, 1, INT64_MAX, ret);
}
