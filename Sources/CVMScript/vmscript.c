#include "vmscript.h"

/* Bindings in other languages depend on these layouts. */
_Static_assert(sizeof(vms_status) == 4 && sizeof(vms_form) == 4, "statuses have 32 bits");
_Static_assert(offsetof(vms_limits, steps) == 8, "limits begin after the size");

uint32_t vms_version(void) { return VMS_VERSION; }
