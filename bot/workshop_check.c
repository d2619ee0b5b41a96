/* kb_check. */
#include "bot/workshop_private.h"

int workshop_check(struct workshop_job *job)
{
    return workshop_refuse(job, "failed", "This is not there yet.");
}
